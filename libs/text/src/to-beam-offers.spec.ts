import type { LogprobRows, SamplingParams } from '@app/engine-protocol';
import { describe, expect, it } from 'vitest';
import { toBeamOffers } from './to-beam-offers.js';

const row = (...columns: readonly (readonly [number, number])[]): LogprobRows => ({
  rows: 1,
  columns: columns.length,
  tokenIds: columns.map(([tokenId]) => tokenId),
  logprobs: columns.map(([, logprob]) => logprob),
  ranks: [1],
});

describe('toBeamOffers', () => {
  it.each<[string, LogprobRows, Partial<SamplingParams>, readonly (readonly [number, number])[]]>([
    [
      'the sampled token and those asked for',
      row([9, -3], [1, -1], [2, -2]),
      { logprobs: 2 },
      [
        [9, -3],
        [1, -1],
        [2, -2],
      ],
    ],
    [
      'a sampled one among them once, at its first place',
      row([2, -2], [1, -1], [2, -2]),
      { logprobs: 2 },
      [
        [2, -2],
        [1, -1],
      ],
    ],
    [
      'no columns of other requests',
      row([9, -3], [1, -1], [2, -2]),
      { logprobs: 1 },
      [
        [9, -3],
        [1, -1],
      ],
    ],
    [
      'impossible tokens',
      row([9, -3], [1, -Infinity]),
      { logprobs: 1 },
      [
        [9, -3],
        [1, -Infinity],
      ],
    ],
    [
      'of listed tokens the possible ones, likeliest first, and no sampled stranger',
      row([9, -1], [1, -3], [2, -2], [3, -Infinity]),
      { logprobTokenIds: [1, 2, 3] },
      [
        [2, -2],
        [1, -3],
      ],
    ],
    [
      'a listed token that was sampled',
      row([1, -3], [2, -4], [1, -3]),
      { logprobTokenIds: [2, 1] },
      [
        [1, -3],
        [2, -4],
      ],
    ],
  ])('takes %s', (_, table, sampling, expected) => {
    expect(toBeamOffers(table, sampling)).toEqual(expected.map(([tokenId, logprob]) => ({ tokenId, logprob })));
  });
});
