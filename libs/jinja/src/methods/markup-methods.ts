import type { Budget } from '../runtime/budget.js';
import { FunctionObject } from '../values/callables.js';
import { escapeHtml, Markup } from '../values/markup.js';
import { toList } from '../values/iteration.js';
import { toText } from '../values/repr.js';
import { Tuple } from '../values/tuple.js';
import type { CallArguments, Value } from '../values/value.js';
import { textMethods } from './text-methods.js';

/** Methods whose arguments become part of the result: plain text among them is escaped first. */
const escaping: ReadonlySet<string> = new Set(['join', 'replace', 'center', 'ljust', 'rjust']);

/** A method of `Markup`: that of `str`, with text results that are Markup again. */
export function markupMethod(owner: Markup, name: string): Value | undefined {
  if (name === 'unescape') {
    return new FunctionObject(name, () => unescapeHtml(owner.value), 'method');
  }
  if (name === 'striptags') {
    return new FunctionObject(name, () => stripTags(owner.value), 'method');
  }
  const method = textMethods.get(name);
  if (method === undefined) {
    return undefined;
  }
  return new FunctionObject(
    name,
    (args, budget) =>
      marked(method(owner.value, escaping.has(name) ? escapeArguments(args, name, budget) : args, budget)),
    'method',
  );
}

function escapeArguments({ positional, keyword }: CallArguments, name: string, budget: Budget): CallArguments {
  if (name === 'join' && positional.length === 1) {
    const items = toList(positional[0], budget).map((item) =>
      item instanceof Markup ? item : escapeHtml(toText(item, budget)),
    );
    return { positional: [items], keyword };
  }
  return {
    positional: positional.map(escapeValue),
    keyword: new Map(Array.from(keyword, ([parameter, value]) => [parameter, escapeValue(value)])),
  };
}

function escapeValue(value: Value): Value {
  return typeof value === 'string' ? escapeHtml(value) : value;
}

function marked(value: Value): Value {
  if (typeof value === 'string') {
    return new Markup(value);
  }
  if (value instanceof Tuple) {
    return new Tuple(value.items.map(marked));
  }
  return Array.isArray(value) ? (value as readonly Value[]).map(marked) : value;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\xa0' };

/** Character references as text: the numeric ones and the most common names. */
function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]+));/g, (whole, decimal, hex, name) => {
    if (typeof name === 'string') {
      return Object.hasOwn(named, name) ? named[name] : whole;
    }
    const code = typeof decimal === 'string' ? Number(decimal) : parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

/** `Markup.striptags`: comments and tags removed, white space collapsed, references resolved. Linear in the text. */
export function stripTags(text: string): string {
  let rest = removeBetween(text, '<!--', '-->');
  rest = removeBetween(rest, '<', '>');
  return unescapeHtml(rest.split(/\s+/).filter(Boolean).join(' '));
}

function removeBetween(text: string, open: string, close: string): string {
  let out = '';
  let position = 0;
  for (;;) {
    const start = text.indexOf(open, position);
    const end = start < 0 ? -1 : text.indexOf(close, start);
    if (end < 0) {
      return out + text.slice(position);
    }
    out += text.slice(position, start);
    position = end + close.length;
  }
}
