import { describe, expect, it } from 'vitest';
import { isLark } from './grammar-text.js';

describe('isLark', () => {
  it.each([
    ['start: "a"', true],
    ['start: "a" // not ::= here', true],
    ['start: "a" # nor ::= here', true],
    ['', true],
    ['root ::= "a"', false],
    ['# a comment\nroot ::= "a"', false],
  ])('says of %j: %s', (grammar, expected) => {
    expect(isLark(grammar)).toBe(expected);
  });
});
