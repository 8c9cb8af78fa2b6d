import { describe, expect, it } from 'vitest';
import { toAttentionMask } from './attention-mask.js';

function rowsOf(pasts: readonly number[], sequence: number, holeWidth?: number): string[] {
  const { dims, data } = toAttentionMask(pasts, sequence, holeWidth);
  return pasts.map((_, row) => data.slice(row * dims[1], (row + 1) * dims[1]).join(''));
}

describe('the attention mask', () => {
  it.each([
    { name: 'a first chunk', pasts: [0], sequence: 3, expected: ['111'] },
    { name: 'a later chunk', pasts: [2], sequence: 3, expected: ['11111'] },
    { name: 'a batch of unequal lengths', pasts: [3, 1, 0], sequence: 1, expected: ['1111', '1100', '1000'] },
    { name: 'a past with holes', pasts: [3, 1, 4], sequence: 1, holeWidth: 4, expected: ['11101', '10001', '11111'] },
    { name: 'a chunk behind an empty past', pasts: [0], sequence: 2, holeWidth: 3, expected: ['00011'] },
  ])('shows $name', ({ pasts, sequence, holeWidth, expected }) => {
    expect(rowsOf(pasts, sequence, holeWidth)).toEqual(expected);
  });
});
