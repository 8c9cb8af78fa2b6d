import type { Budget } from '../runtime/budget.js';
import { formatFloat } from './float-text.js';
import { integerText } from './integer.js';
import { PyObject, type Value } from './value.js';

/** `repr(x)` */
export function repr(value: Value, budget: Budget): string {
  budget.step();
  switch (typeof value) {
    case 'string':
      budget.text(value.length);
      return reprText(value);
    case 'bigint':
      return integerText(value);
    case 'number':
      return formatFloat(value);
    case 'boolean':
      return value ? 'True' : 'False';
    default:
  }
  if (value === null) {
    return 'None';
  }
  return value instanceof PyObject ? value.repr(budget) : `[${reprItems(value, budget)}]`;
}

/** `str(x)` */
export function toText(value: Value, budget: Budget): string {
  if (typeof value === 'string') {
    return value;
  }
  return value instanceof PyObject ? value.text(budget) : repr(value, budget);
}

/** The inside of a list's or tuple's repr. */
export function reprItems(items: readonly Value[], budget: Budget): string {
  return budget.nested(() => {
    const inner = items.map((item) => repr(item, budget)).join(', ');
    budget.text(inner.length);
    return inner;
  });
}

const needsEscape = /[^ -~]|\\/u;
const unprintable = /^[\p{C}\p{Z}]$/u;
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** `repr` of a str: single quotes unless only the text itself has some; unprintable characters escaped. */
export function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  if (!needsEscape.test(text) && !text.includes(quote)) {
    return quote + text + quote;
  }
  let out = quote;
  for (const character of text) {
    if (character === quote) {
      out += `\\${character}`;
    } else if (Object.hasOwn(escapes, character)) {
      out += escapes[character];
    } else {
      out += character !== ' ' && unprintable.test(character) ? escapeCodePoint(character) : character;
    }
  }
  return out + quote;
}

/** `\xNN`, `\uNNNN` or `\UNNNNNNNN`. */
function escapeCodePoint(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) {
    return `\\x${hex.padStart(2, '0')}`;
  }
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
