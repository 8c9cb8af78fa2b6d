import { describe, expect, it } from 'vitest';
import type { WireArray } from '@app/engine-protocol';
import { RoutedExperts } from './routed-experts.js';

/** Two layers, one expert of one byte each. */
const rows = (...values: readonly number[]): WireArray => ({
  dtype: '|u1',
  shape: [values.length / 2, 2, 1],
  bytes: Buffer.from(values),
});

function joined(...pieces: readonly (readonly [WireArray, number])[]) {
  const experts = new RoutedExperts();
  pieces.forEach(([piece, dropped]) => experts.add(piece, dropped));
  return experts.join();
}

describe('RoutedExperts', () => {
  it.each<[string, readonly (readonly [WireArray, number])[], WireArray | undefined]>([
    ['nothing', [], undefined],
    ['one piece', [[rows(1, 2, 3, 4), 0]], rows(1, 2, 3, 4)],
    [
      'several in order, an empty one among them',
      [
        [rows(1, 2), 0],
        [rows(), 0],
        [rows(3, 4), 0],
      ],
      rows(1, 2, 3, 4),
    ],
    [
      'a piece without its last rows',
      [
        [rows(1, 2), 0],
        [rows(3, 4, 5, 6, 7, 8), 2],
      ],
      rows(1, 2, 3, 4),
    ],
  ])('joins %s', (_, pieces, whole) => {
    expect(joined(...pieces)).toEqual(whole);
  });

  it('keeps a copy, as the frame is used again', () => {
    const piece = rows(1, 2);
    const experts = new RoutedExperts();
    experts.add(piece, 0);
    piece.bytes.fill(9);
    expect(experts.join()).toEqual(rows(1, 2));
  });

  it.each<[string, WireArray]>([
    ['of another type', { ...rows(1, 2), dtype: '<i2', shape: [1, 1, 1] }],
    ['of another shape', { ...rows(1, 2), shape: [1, 1, 2] }],
    ['without rows', { dtype: '|u1', shape: [], bytes: Buffer.from([1]) }],
  ])('refuses a piece %s', (_, piece) => {
    expect(() => joined([rows(1, 2), 0], [piece, 0])).toThrow('do not fit together');
  });
});
