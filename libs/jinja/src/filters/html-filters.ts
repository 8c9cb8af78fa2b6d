import { fail } from '../errors.js';
import { type JsonOptions, toJson } from '../formatting/json-text.js';
import { stripTags } from '../methods/markup-methods.js';
import type { Budget } from '../runtime/budget.js';
import { integerArgument, textArgument } from '../values/arguments.js';
import { Dict } from '../values/dict.js';
import { isTrue, toList, tryIterate } from '../values/iteration.js';
import { escapeHtml, isText, Markup, textOf } from '../values/markup.js';
import { repr, toText } from '../values/repr.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import { define, type Filter, type FilterContext } from './filter.js';
import { urlize } from './urlize.js';

const escape = define('escape', [], (value, _, { budget }) => escapeValue(value, budget));

/** Filters for HTML, URLs and JSON. */
export const htmlFilters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['escape', escape],
  ['e', escape],
  [
    'forceescape',
    define('do_forceescape', [], (value, _, { budget }) => new Markup(escapeHtml(toText(value, budget)))),
  ],
  ['safe', define('do_mark_safe', [], (value, _, { budget }) => new Markup(toText(value, budget)))],
  ['striptags', define('do_striptags', [], (value, _, { budget }) => stripTags(toText(value, budget)))],
  ['urlencode', define('do_urlencode', [], urlEncode)],
  [
    'urlize',
    define(
      'do_urlize',
      [
        ['trim_url_limit', null],
        ['nofollow', false],
        ['target', null],
        ['rel', null],
        ['extra_schemes', null],
      ],
      linkUrls,
    ),
  ],
  ['xmlattr', define('do_xmlattr', [['autospace', true]], xmlAttributes)],
  [
    'tojson',
    define(
      'tojson',
      [
        ['ensure_ascii', false],
        ['indent', null],
        ['separators', null],
        ['sort_keys', false],
      ],
      json,
    ),
  ],
]);

/** Text as Markup, escaped unless it is Markup already. */
export function escapeValue(value: Value, budget: Budget): Markup {
  if (value instanceof Markup) {
    return value;
  }
  const text = toText(value, budget);
  budget.text(text.length * 2);
  return new Markup(escapeHtml(text));
}

function percentEncode(value: Value, budget: Budget, isQuery: boolean): string {
  const text = toText(value, budget);
  budget.text(text.length * 3);
  const encoded = encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return isQuery ? encoded.replaceAll('%20', '+') : encoded.replaceAll('%2F', '/');
}

function urlEncode(value: Value, _: readonly Value[], { budget }: FilterContext): Value {
  if (isText(value) || tryIterate(value, budget) === undefined) {
    return percentEncode(value, budget, false);
  }
  const pairs = value instanceof Dict ? Array.from(value.pairs(), (pair) => new Tuple(pair)) : toList(value, budget);
  return pairs
    .map((pair) => {
      const parts = toList(pair, budget);
      if (parts.length !== 2) {
        fail('ValueError', `not enough values to unpack (expected 2, got ${parts.length})`);
      }
      return `${percentEncode(parts[0], budget, true)}=${percentEncode(parts[1], budget, true)}`;
    })
    .join('&');
}

function linkUrls(value: Value, bound: readonly Value[], { budget, autoescape }: FilterContext): Value {
  const [limit, noFollow, target, rel, extraSchemes] = bound;
  const relations = new Set(rel === null ? [] : textArgument(rel, 'rel').split(/\s+/).filter(Boolean));
  if (isTrue(noFollow)) {
    relations.add('nofollow');
  }
  relations.add('noopener');
  const schemes = extraSchemes === null ? [] : toList(extraSchemes, budget).map((each) => textArgument(each, 'scheme'));
  for (const scheme of schemes) {
    if (!/^[\w.+-]{2,}:\/{0,2}$/.test(scheme)) {
      fail('FilterArgumentError', `${repr(scheme, budget)} is not a valid URI scheme prefix.`);
    }
  }
  const text = toText(value, budget);
  budget.text(text.length * 8);
  const linked = urlize(text, {
    limit: limit === null ? undefined : integerArgument(limit),
    rel: Array.from(relations).sort().join(' '),
    target: target === null ? undefined : textArgument(target, 'target'),
    schemes,
  });
  return autoescape ? new Markup(linked) : linked;
}

function xmlAttributes(value: Value, [autoSpace]: readonly Value[], { budget, autoescape }: FilterContext): Value {
  if (!(value instanceof Dict)) {
    return value instanceof Undefined
      ? value.raise()
      : fail('AttributeError', `'${typeName(value)}' object has no attribute 'items'`);
  }
  const parts: string[] = [];
  for (const [key, item] of value.pairs()) {
    if (item === null || item instanceof Undefined) {
      continue;
    }
    if (!isText(key)) {
      return fail('TypeError', 'expected string or bytes-like object');
    }
    if (/[ \t\n\v\f\r/>=]/.test(textOf(key))) {
      fail('ValueError', `Invalid character in attribute name: ${repr(key, budget)}`);
    }
    parts.push(`${escapeValue(key, budget).value}="${escapeValue(item, budget).value}"`);
  }
  const text = (isTrue(autoSpace) && parts.length > 0 ? ' ' : '') + parts.join(' ');
  return autoescape ? new Markup(text) : text;
}

/** `tojson` as Hugging Face redefines it: plain `json.dumps`, without HTML escapes. */
function json(
  value: Value,
  [ensureAscii, indent, separators, sortKeys]: readonly Value[],
  { budget }: FilterContext,
): Value {
  const [itemSeparator, keySeparator] = separatorTexts(separators, indent, budget);
  const options: JsonOptions = {
    asciiOnly: isTrue(ensureAscii),
    indent: indentText(indent, budget),
    itemSeparator,
    keySeparator,
    sortKeys: isTrue(sortKeys),
  };
  return toJson(value, options, budget);
}

function indentText(indent: Value, budget: Budget): string | undefined {
  if (indent === null) {
    return undefined;
  }
  if (isText(indent)) {
    return textOf(indent);
  }
  const spaces = Math.max(0, integerArgument(indent));
  budget.text(spaces);
  return ' '.repeat(spaces);
}

function separatorTexts(separators: Value, indent: Value, budget: Budget): readonly string[] {
  if (separators === null) {
    return indent === null ? [', ', ': '] : [',', ': '];
  }
  const parts = toList(separators, budget).map((part) => textArgument(part, 'separator'));
  return parts.length === 2 ? parts : fail('ValueError', `expected 2 separators, got ${parts.length}`);
}
