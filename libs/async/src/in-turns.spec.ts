import { describe, expect, it } from 'vitest';
import { inTurns } from './in-turns.js';

describe('inTurns', () => {
  it.each([
    [[], []],
    [[1, 2], [[1, 2, true]]],
    [
      [1, 2, 3, 4],
      [
        [1, 2, false],
        [3, 4, true],
      ],
    ],
    [
      [1, 2, 3],
      [
        [1, 2, false],
        [3, true],
      ],
    ],
  ])('works on %j in parts of two', async (items, expected) => {
    expect(await inTurns(items, 2, (part, isLast) => [...part, isLast])).toEqual(expected);
  });

  it('lets others work between two parts', async () => {
    const order: string[] = [];
    setImmediate(() => order.push('other'));
    await inTurns([1, 2], 1, (part) => order.push(`part ${part.join()}`));
    expect(order).toEqual(['part 1', 'other', 'part 2']);
  });

  it('rejects with what a part throws', async () => {
    const work = inTurns([1], 1, () => {
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
  });
});
