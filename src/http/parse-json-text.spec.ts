import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonTextError, parseJsonText } from './parse-json-text.js';

const limits = { maxDepth: 64, maxNodes: 1000 };
const parse = (text: string): unknown => parseJsonText(text, limits);

/** Exact integers as `JSON.parse` rounds them. */
function rounded(value: unknown): unknown {
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item));
  return JSON.parse(text);
}

describe('parseJsonText', () => {
  it.each<[string, unknown]>([
    ['{"a": [1, 2.5, "x", null, true]}', { a: [1, 2.5, 'x', null, true] }],
    ['{"seed": 9223372036854775807}', { seed: 9223372036854775807n }],
    ['{"seed": -9007199254740993, "a": 1.25}', { seed: -9007199254740993n, a: 1.25 }],
    ['[9007199254740991, 1e400, 0.12345678901234567890]', [9007199254740991, Infinity, 0.12345678901234568]],
    ['{"t": NaN, "u": -Infinity, "v": Infinity}', { t: NaN, u: -Infinity, v: Infinity }],
    ['{"a": 1, "a": 2, "s": "NaN \\" 12345678901234567890"}', { a: 2, s: 'NaN " 12345678901234567890' }],
    [' [ { } , [ ] ] ', [{}, []]],
    ['"a\\ud800b"', 'a\ud800b'],
  ])('reads %s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it.each([
    ['{"a":', 'Expecting value', 5],
    ['{oops', 'Expecting property name enclosed in double quotes', 1],
    ['{} {}', 'Extra data', 3],
    ['  ', 'Expecting value', 2],
    ["{'model': 'tiny'}", 'Expecting property name enclosed in double quotes', 1],
    ['{"a" 1}', "Expecting ':' delimiter", 5],
    ['[1 2]', "Expecting ',' delimiter", 3],
    ['["abc', 'Unterminated string starting at', 1],
    ['["a\nb"]', 'Invalid control character at', 3],
    ['["\\x"]', 'Invalid \\escape', 2],
    ['["\\u12"]', 'Invalid \\uXXXX escape', 2],
    ['["😀" x]', "Expecting ',' delimiter", 5],
    ['[01]', "Expecting ',' delimiter", 2],
    ['[1,]', 'Expecting value', 3],
    [`[${'9'.repeat(4301)}]`, 'Exceeds the limit (4300 digits) for integer string conversion', 1],
    ['['.repeat(65), 'Nesting is deeper than 64 levels', 64],
    [`[${'1,'.repeat(2000)}1]`, 'More than 1000 values', 1998],
  ])('refuses %s', (text, reason, offset) => {
    expect(() => parse(text)).toThrow(new JsonTextError(reason, offset));
  });

  it('makes __proto__ a key like any other, in both readers', () => {
    for (const text of ['{"__proto__": {"x": 1}}', '{"__proto__": {"x": 1}, "n": NaN}']) {
      const value = parse(text) as Record<string, unknown>;
      expect(Object.keys(value)).toContain('__proto__');
      expect(value.x).toBeUndefined();
    }
  });

  it('agrees with JSON.parse on every JSON text, and the exact reader with both', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        const expected = JSON.parse(text) as unknown;
        expect(rounded(parse(text))).toEqual(expected);
        expect(rounded(parse(`[Infinity,${text}]`))).toEqual([null, expected]);
      }),
    );
  });

  it('refuses or reads any text, and nothing else', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '1',
      'e',
      '-',
      '\\',
      'u00',
      'null',
      'NaN',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        try {
          parse(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(JsonTextError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
