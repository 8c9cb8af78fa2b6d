import { describe, expect, it } from 'vitest';
import { aggregateFigures, isActive, toStatsLine } from './stats-line.js';
import type { EngineFigures } from './stats-line.js';

const nothing = aggregateFigures([]);
const idle: EngineFigures = {
  ...nothing,
  kvFetch: { waiting_to_start: 0, in_progress: 0, completed_waiting: 0 },
};

describe('toStatsLine', () => {
  it('is vLLM’s line', () => {
    const now = {
      ...idle,
      promptTokens: 125,
      generationTokens: 42,
      running: 2,
      waiting: 1,
      kvCacheUsage: 0.0312,
      prefixCache: { queries: 200, hits: 50 },
    };
    expect(toStatsLine({ ...idle, promptTokens: 25 }, now, 10)).toBe(
      'Avg prompt throughput: 10.0 tokens/s, Avg generation throughput: 4.2 tokens/s, Running: 2 reqs, Waiting: 1 reqs, ' +
        'GPU KV cache usage: 3.1%, Prefix cache hit rate: 25.0%',
    );
  });

  it('tells more where there is more', () => {
    const now = {
      ...idle,
      deferred: 3,
      preemptions: 5,
      kvFetch: { waiting_to_start: 1, in_progress: 2, completed_waiting: 3 },
      externalPrefixCache: { queries: 4, hits: 1 },
      multiModalCache: { queries: 2, hits: 1 },
    };
    expect(toStatsLine({ ...idle, preemptions: 4 }, now, 1)).toBe(
      'Avg prompt throughput: 0.0 tokens/s, Avg generation throughput: 0.0 tokens/s, Running: 0 reqs, Waiting: 0 reqs, ' +
        'Deferred: 3 reqs, KV fetch: 1 waiting to start, 2 in progress, 3 completed waiting, Preemptions: 1, ' +
        'GPU KV cache usage: 0.0%, Prefix cache hit rate: 0.0%, External prefix cache hit rate: 25.0%, MM cache hit rate: 50.0%',
    );
  });

  it('adds engines up', () => {
    const one = { ...idle, running: 1, generationTokens: 10, kvCacheUsage: 0.2, prefixCache: { queries: 10, hits: 1 } };
    const two = { ...idle, waiting: 2, generationTokens: 5, kvCacheUsage: 0.4, prefixCache: { queries: 10, hits: 5 } };
    expect(aggregateFigures([one, two])).toEqual({
      ...idle,
      ...{ running: 1, waiting: 2, generationTokens: 15, prefixCache: { queries: 20, hits: 6 } },
      kvCacheUsage: expect.closeTo(0.3) as number,
    });
  });
});

describe('isActive', () => {
  it.each([
    ['nothing', {}, false],
    ['tokens', { generationTokens: 1 }, true],
    ['a prompt', { promptTokens: 1 }, true],
    ['a request that runs', { running: 1 }, true],
    ['one that waits', { waiting: 1 }, true],
    ['one that is put off', { deferred: 1 }, true],
  ])('%s', (_, change, expected) => {
    expect(isActive(idle, { ...idle, ...change })).toBe(expected);
  });
});
