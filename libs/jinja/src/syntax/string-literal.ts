import { TemplateSyntaxError } from '../errors.js';

const simpleEscapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const hexLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Python's escapes in a string literal, given without its quotes; an unknown escape keeps its backslash. */
export function unescapeString(body: string, line: number): string {
  if (!body.includes('\\')) {
    return body;
  }
  return body.replace(/\\(?:([0-7]{1,3})|([xuU])([0-9a-fA-F]*)|(N\{[^}]*\}?)|([^]|$))/g, (whole, ...groups) => {
    const [octal, kind, digits, named, other] = groups as (string | undefined)[];
    if (octal !== undefined) {
      return String.fromCodePoint(parseInt(octal, 8));
    }
    if (kind !== undefined) {
      return hexEscape(kind, digits ?? '', line);
    }
    if (named !== undefined) {
      throw new TemplateSyntaxError('unknown Unicode character name', line);
    }
    if (other === undefined || other === '') {
      throw new TemplateSyntaxError('\\ at end of string', line);
    }
    return Object.hasOwn(simpleEscapes, other) ? simpleEscapes[other] : whole;
  });
}

function hexEscape(kind: string, digits: string, line: number): string {
  const length = hexLengths[kind];
  if (digits.length < length) {
    throw new TemplateSyntaxError(`truncated \\${kind}${'X'.repeat(length)} escape`, line);
  }
  const code = parseInt(digits.slice(0, length), 16);
  if (code > 0x10ffff) {
    throw new TemplateSyntaxError('illegal Unicode character', line);
  }
  return String.fromCodePoint(code) + digits.slice(length);
}
