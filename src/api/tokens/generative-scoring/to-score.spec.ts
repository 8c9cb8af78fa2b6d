import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenLogprobs } from '@app/text';
import { toScore } from './to-score.js';

const row = (logprobs: Readonly<Record<number, number>>): TokenLogprobs =>
  Object.entries(logprobs).map(([id, logprob]) => ({ tokenId: Number(id), text: '', logprob, rank: undefined }));

describe('toScore', () => {
  it.each([
    ['is the share of the first label among two', { 7: -1, 8: -1 }, [7, 8], 0.5],
    ['takes labels in the order of the request', { 7: 0, 8: -Infinity }, [8, 7], 0],
    ['counts a label given twice once', { 7: -3 }, [7, 7], 1],
    ['ignores other tokens of the row', { 7: -1, 9: 0, 8: -1 }, [7, 8], 0.5],
    ['is equal for labels that are all impossible', { 7: -Infinity, 8: -Infinity }, [7, 8], 0.5],
  ])('%s', (_, logprobs, labels, expected) => {
    expect(toScore(row(logprobs), { labels, softmax: true })).toBe(expected);
  });

  it.each([
    ['certain', { 7: 0, 8: -1 }, 1],
    ['impossible', { 7: -Infinity, 8: -1 }, 0],
  ])('without softmax is the probability of the label: %s', (_, logprobs, expected) => {
    expect(toScore(row(logprobs), { labels: [7, 8], softmax: false })).toBe(expected);
  });

  it('refuses a row without the label', () => {
    expect(() => toScore(row({ 7: -1 }), { labels: [8], softmax: true })).toThrow('no log probability for token 8');
  });

  it('adds up to 1 over all labels', () => {
    const logprob = fc.double({ min: -50, max: 0, noNaN: true });
    fc.assert(
      fc.property(fc.array(logprob, { minLength: 1, maxLength: 128 }), (values) => {
        const alternatives = row(Object.fromEntries(values.entries()));
        const labels = [...values.keys()];
        const rotated = labels.map((first) => [first, ...labels.filter((label) => label !== first)]);
        const sum = rotated.reduce(
          (total, order) => total + toScore(alternatives, { labels: order, softmax: true }),
          0,
        );
        expect(sum).toBeCloseTo(1, 10);
      }),
      { numRuns: 20 },
    );
  });
});
