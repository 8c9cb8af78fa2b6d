import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argmax, largestLogits } from './largest-logits.js';

/** Few distinct values, so that ties are the rule. */
const logits = fc
  .array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(-Infinity)), { minLength: 1, maxLength: 60 })
  .map((values) => Float32Array.from(values));

function sortedIds(row: Float32Array): number[] {
  return [...row.keys()].sort((a, b) => (row[a] === row[b] ? a - b : row[b] > row[a] ? 1 : -1));
}

describe('the largest logits', () => {
  it('are the first of the sorted row, for every count', () => {
    fc.assert(
      fc.property(logits, fc.nat(70), (row, count) => {
        expect([...largestLogits(row, count)]).toEqual(sortedIds(row).slice(0, count));
      }),
    );
  });

  it('start with the argmax', () => {
    fc.assert(
      fc.property(logits, (row) => {
        expect(argmax(row)).toBe(sortedIds(row)[0]);
      }),
    );
  });
});
