import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawToken } from './draw-token.js';
import type { DrawParams } from './draw-token.js';

const off: DrawParams = { temperature: 1, topK: 0, topP: 1, minP: 0 };

/** The definition, written with sorts and full arrays: what is left of the row, as id → probability. */
function distribution(logits: readonly number[], { temperature, topK, topP, minP }: DrawParams): Map<number, number> {
  const best = Math.max(...logits);
  let left = logits
    .map((logit, id) => ({ id, logit, weight: Math.exp((logit - best) / temperature) }))
    .filter(({ weight }) => weight >= minP)
    .sort((a, b) => b.logit - a.logit || a.id - b.id);
  if (topK > 0 && topK < left.length) {
    const kth = left[topK - 1].logit;
    left = left.filter(({ logit }) => logit >= kth);
  }
  const total = left.reduce((sum, { weight }) => sum + weight, 0);
  let before = 0;
  left = left.filter(({ weight }) => {
    const isKept = topP === 1 || before < topP * total;
    before += weight;
    return isKept;
  });
  const mass = left.reduce((sum, { weight }) => sum + weight, 0);
  return new Map(left.sort((a, b) => a.id - b.id).map(({ id, weight }) => [id, weight / mass]));
}

/** Walks the distribution by id; the draw is unsure where the uniform number lies on a border. */
function expectedTokens(probabilities: Map<number, number>, uniform: number): number[] {
  let sum = 0;
  const possible: number[] = [];
  for (const [id, probability] of probabilities) {
    if (uniform >= sum - 1e-9 && uniform <= sum + probability + 1e-9) {
      possible.push(id);
    }
    sum += probability;
  }
  return possible;
}

describe('drawing a token', () => {
  it.each([
    ['temperature 0', { ...off, temperature: 0 }, 0.99, 1],
    ['a temperature that counts as 0', { ...off, temperature: 9e-6 }, 0.99, 1],
    ['the lowest uniform number', off, 0, 0],
    ['the highest uniform number', off, 1 - 2 ** -53, 4],
    ['top_k 1 with a tie for the best', { ...off, topK: 1 }, 0.6, 3],
    ['top_p that the first of a tie fills alone', { ...off, topP: 0.4 }, 0.999, 1],
    ['top_p that needs both of a tie', { ...off, topP: 0.5 }, 0.999, 3],
    ['the smallest top_p', { ...off, topP: Number.MIN_VALUE }, 0.999, 1],
    ['min_p 1', { ...off, minP: 1 }, 0.999, 3],
    ['min_p that keeps half as likely tokens', { ...off, minP: 0.13 }, 0.999, 4],
  ])('with %s', (_, params, uniform, expected) => {
    // e^2 / (2 e^2 + 3 e^0 …): the two best hold 0.43 each.
    expect(drawToken(Float32Array.of(0, 2, -1, 2, 0), params, () => uniform)).toBe(expected);
  });

  it('is what the definition says, for every row and parameters', () => {
    const params = fc.record({
      temperature: fc.constantFrom(0.01, 0.3, 1, 2),
      topK: fc.constantFrom(0, 1, 2, 5, 100),
      topP: fc.oneof(fc.constant(1), fc.double({ min: 0.001, max: 0.999, noNaN: true })),
      minP: fc.constantFrom(0, 0.03, 0.4),
    });
    const row = fc.array(fc.oneof(fc.integer({ min: -6, max: 6 }), fc.float({ min: -20, max: 20, noNaN: true })), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(row, params, fc.double({ min: 0, max: 0.999999, noNaN: true }), (logits, given, uniform) => {
        const token = drawToken(Float32Array.from(logits), given, () => uniform);
        expect(expectedTokens(distribution(logits, given), uniform)).toContain(token);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes the lowest id when every token is forbidden, without asking for chance', () => {
    const uniform = (): number => expect.fail('no number was needed');
    expect(drawToken(new Float32Array(4).fill(-Infinity), off, uniform)).toBe(0);
  });

  it('never takes a forbidden token', () => {
    const logits = Float32Array.of(-Infinity, 1, -Infinity, 1, -Infinity);
    const drawn = [0, 0.3, 0.5, 0.7, 1 - 2 ** -53].map((uniform) => drawToken(logits, off, () => uniform));
    expect(drawn).toEqual([1, 1, 3, 3, 3]);
  });
});
