import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomStream, randomSeed } from './random-stream.js';

function numbers(seed: bigint, count: number): number[] {
  const random = new RandomStream(seed);
  return Array.from({ length: count }, () => random.next());
}

describe('the random stream of a request', () => {
  it('never changes for a seed, from one release to the next', () => {
    expect(numbers(42n, 3)).toEqual([0.5961188718302076, 0.1603653875985772, 0.16639780398145976]);
  });

  it('stays in [0, 1) and depends on all 64 bits of the seed and on nothing above them', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
        fc.integer({ min: 0, max: 63 }),
        (seed, bit) => {
          const drawn = numbers(seed, 4);
          expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
          expect(numbers(seed ^ (1n << BigInt(bit)), 4)).not.toEqual(drawn);
          expect(numbers(seed + 2n ** 64n, 4)).toEqual(drawn);
        },
      ),
    );
  });

  it('spreads evenly, also over neighbouring seeds', () => {
    const firsts = Array.from({ length: 4096 }, (_, seed) => numbers(BigInt(seed), 1)[0]);
    for (const sample of [firsts, numbers(7n, 4096)]) {
      const tenths = Array.from(
        { length: 10 },
        (_, tenth) => sample.filter((x) => Math.floor(x * 10) === tenth).length,
      );
      expect(Math.min(...tenths)).toBeGreaterThan(330);
      expect(Math.max(...tenths)).toBeLessThan(490);
    }
  });

  it('differs from request to request when no seed is given', () => {
    expect(new Set(Array.from({ length: 8 }, randomSeed)).size).toBe(8);
  });
});
