import fc from 'fast-check';
import { expect, it } from 'vitest';
import { codePointLength } from './code-point-length.js';

it.each([
  ['', 0],
  ['aé', 2],
  ['a😀b', 3],
  ['\ud83d', 1],
  ['\ude00\ud83d', 2],
])('%j has %d code points', (text, expected) => {
  expect(codePointLength(text)).toBe(expected);
});

it('counts what iteration gives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(codePointLength(text)).toBe([...text].length);
    }),
  );
});
