import { describe, expect, it } from 'vitest';
import { toEbnf } from '../grammar/to-ebnf.js';
import { toGrammar } from '../to-grammar.js';

/** Characters of the grammar of an object with so many members. */
function sizeOf(count: number, required: boolean): number {
  const names = Array.from({ length: count }, (_, index) => `member_${1_000_000 + index}`);
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'integer' }]));
  const schema = { type: 'object', properties, additionalProperties: false, required: required ? names : [] };
  return toEbnf(toGrammar({ type: 'json-schema', schema })).length;
}

describe('grammar of an object', () => {
  it.each([
    ['may all be left out', false],
    ['are all required', true],
  ])('grows with its members, not faster, when they %s', (_, required) => {
    expect(sizeOf(500, required) / sizeOf(100, required)).toBeLessThan(5.3);
  });

  it('of thousands of required members takes no time', { timeout: 2000 }, () => {
    expect(sizeOf(5000, true)).toBeGreaterThan(5000);
  });

  it('of too many members that may be left out is refused', () => {
    expect(() => sizeOf(513, false)).toThrow('more than 512 properties that are not required');
  });
});
