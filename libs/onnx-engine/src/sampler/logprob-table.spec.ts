import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogprobTable } from './logprob-table.js';

const logits = Float32Array.from([0.5, 0.25, 0.125, 0.0625, 0.0625], Math.log);

function rowsOf({ rows, columns, tokenIds, logprobs, ranks }: LogprobTable): unknown {
  const chance = Array.from(logprobs, (logprob) => Number(Math.exp(logprob).toFixed(6)));
  return { rows, columns, tokenIds: [...tokenIds], chance, ranks: [...ranks] };
}

describe('a table of log-probabilities', () => {
  it.each([
    ['the token alone', { top: 0 }, 1, { columns: 1, tokenIds: [1], chance: [0.25], ranks: [2] }],
    ['the best two', { top: 2 }, 0, { columns: 3, tokenIds: [0, 0, 1], chance: [0.5, 0.5, 0.25], ranks: [1] }],
    ['a tie below the token', { top: 1 }, 3, { columns: 2, tokenIds: [3, 0], chance: [0.0625, 0.5], ranks: [5] }],
    ['chosen ids', { ids: [4, 2] }, 2, { columns: 3, tokenIds: [2, 4, 2], chance: [0.125, 0.0625, 0.125], ranks: [3] }],
    [
      'the whole vocabulary',
      { top: -1 },
      2,
      { columns: 6, tokenIds: [2, 0, 1, 2, 3, 4], chance: [0.125, 0.5, 0.25, 0.125, 0.0625, 0.0625], ranks: [3] },
    ],
    ['more than the vocabulary', { top: 9 }, 0, { columns: 6, tokenIds: [0, 0, 1, 2, 3, 4], ranks: [1] }],
  ])('reports %s', (_, reported, tokenId, expected) => {
    const table = new LogprobTable(reported, 1, logits.length);
    table.addRow(logits, tokenId);
    expect(rowsOf(table)).toMatchObject({ rows: 1, ...expected });
  });

  it('keeps its rows apart, and its probabilities add up to 1 whatever the logits', () => {
    const row = fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (given) => {
        const table = new LogprobTable({ top: -1 }, given.length, 6);
        for (const values of given) {
          table.addRow(Float32Array.from(values), 0);
        }
        for (let at = 0; at < given.length; at += 1) {
          const alternatives = table.logprobs.subarray(at * 7 + 1, at * 7 + 7);
          expect(alternatives.reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 3);
        }
      }),
    );
  });

  it('gives a forbidden token no probability', () => {
    const table = new LogprobTable({ top: 1 }, 1, 2);
    table.addRow(Float32Array.of(0, -Infinity), 1);
    expect([...table.logprobs]).toEqual([-Infinity, 0]);
  });
});
