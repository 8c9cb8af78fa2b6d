import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp } from './exp.js';

describe('exp', () => {
  // Right-hand sides as Python prints `math.exp`.
  it.each([
    [0, 1],
    [-0, 1],
    [-0.10000000149011612, 0.9048374166876467],
    [-0.15000000596046448, 0.8607079712948386],
    [-1, 0.36787944117144233],
    [-0.3, 0.7408182206817179],
    [-2.5, 0.0820849986238988],
    [-17.3, 3.066941294563555e-8],
    [-700, 9.85967654375977e-305],
    [-745, 5e-324],
    [-746, 0],
    [-Number.MAX_VALUE, 0],
  ])('of %d is %d', (x, expected) => {
    expect(exp(x)).toBe(expected);
  });

  it('is never further from Math.exp than one unit in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 0, noNaN: true }), (x) => {
        const value = Math.exp(x);
        expect(Math.abs(exp(x) - value)).toBeLessThanOrEqual(value * 2 ** -52);
      }),
    );
  });
});
