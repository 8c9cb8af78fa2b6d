import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionValueError, toHumanInteger } from './human-integer.js';

describe('toHumanInteger', () => {
  it.each([
    ['8192', 8192],
    ['-1', -1],
    ['8k', 8000],
    ['8K', 8192],
    ['1.5m', 1_500_000],
    ['2G', 2 ** 31],
    ['1t', 1e12],
  ])('reads %s', (text, expected) => {
    expect(toHumanInteger(text)).toBe(expected);
  });

  it.each(['', 'k', '1.5K', '1.5', '8kb', '1e3', '9999999T', 'NaN'])('refuses %j', (text) => {
    expect(() => toHumanInteger(text)).toThrow(OptionValueError);
  });

  it('reads every integer it is given', () => {
    fc.assert(
      fc.property(fc.integer(), (integer) => {
        expect(toHumanInteger(String(integer))).toBe(integer);
      }),
    );
  });
});
