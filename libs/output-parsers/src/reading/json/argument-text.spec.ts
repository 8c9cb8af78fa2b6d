import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArgumentText } from './argument-text.js';
import { UnwrappedArguments, VerbatimArguments } from './argument-text.js';

const written = (text: ArgumentText, pieces: readonly string[]) => pieces.map((piece) => text.push(piece)).join('');

describe('arguments as the model wrote them', () => {
  it.each([
    ['{"a": "b\\n", "c":\n [1.50]}', '{"a": "b\\n", "c":\n [1.50]}'],
    ['{"a": "b\nc\td"}', '{"a": "b\\nc\\td"}'],
    ['{"a\\"\n": "\\\\", "b": "\r"}', '{"a\\"\\n": "\\\\", "b": "\\r"}'],
    ['"\u0000é🚢"', '"\\u0000é🚢"'],
  ])('writes %j, with escapes where JSON wants them', (json, expected) => {
    for (let i = 0; i <= json.length; i++) {
      expect(written(new VerbatimArguments(), [json.slice(0, i), json.slice(i)])).toBe(expected);
    }
    expect(
      written(
        new VerbatimArguments(),
        [...json].flatMap((character) => [character, '']),
      ),
    ).toBe(expected);
  });
});

describe('arguments in a string', () => {
  it.each([
    ['"{\\"a\\": \\"b\\\\n\\"}"', '{"a": "b\\n"}'],
    ['"\\u00e9\\ud83d\\udea2\\/\\t\\x"', 'é🚢/\tx'],
    ['"\\u12"', '\\u12'.slice(1)],
    ['""', ''],
  ])('writes what %j says', (json, expected) => {
    for (let i = 0; i <= json.length; i++) {
      expect(written(new UnwrappedArguments(), [json.slice(0, i), json.slice(i)])).toBe(expected);
    }
  });

  it('says of any string what JSON says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 5 }), (value, size) => {
        const pieces = JSON.stringify(value).match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        expect(written(new UnwrappedArguments(), pieces)).toBe(value);
      }),
    );
  });

  it('never cuts a pair of surrogates', () => {
    const text = new UnwrappedArguments();
    expect(['"\\ud83d', '\\udea2', '"'].map((piece) => text.push(piece))).toEqual(['', '🚢', '']);
  });
});
