import { describe, expect, it } from 'vitest';
import { createToyEngine, toRequest, toyAnswer } from '@testing/onnx-engine';
import type { ToyEngine } from '@testing/onnx-engine';

const long = Array.from({ length: 40 }, (_, index) => (index * 5) % 32);
const short = { sampling: { maxTokens: 2 } };

/** Cached tokens that a request reports, after checking its answer. */
async function cachedTokens({ log }: ToyEngine, request: ReturnType<typeof toRequest>): Promise<number | undefined> {
  const { tokenIds, outputs } = await log.run(request);
  expect(tokenIds).toEqual(toyAnswer(request));
  const stats = outputs[0].prefillStats;
  expect(stats?.numComputedTokens).toBe(request.promptTokenIds.length - (stats?.numCachedTokens ?? 0));
  return stats?.numCachedTokens;
}

describe('the prefix cache', () => {
  it('shares whole blocks of a beginning, and leaves the last prompt token to compute', async () => {
    const engine = createToyEngine();
    expect(await cachedTokens(engine, toRequest('a', long, short))).toBe(0);
    expect(await cachedTokens(engine, toRequest('same', long, short))).toBe(32);
    expect(await cachedTokens(engine, toRequest('longer', [...long, 1, 2, 3], short))).toBe(32);
    expect(await cachedTokens(engine, toRequest('exactly two blocks', long.slice(0, 32), short))).toBe(16);
    expect(await cachedTokens(engine, toRequest('other', [31, ...long], short))).toBe(0);
    expect(await cachedTokens(engine, toRequest('less than a block', long.slice(0, 15), short))).toBe(0);
  });

  it('computes only what it does not share', async () => {
    const { decoder, log } = createToyEngine();
    await log.run(toRequest('a', long, short));
    decoder.runs.length = 0;
    await log.run(toRequest('b', long, short));
    expect(decoder.runs[0]).toEqual({ kind: 'prefill', slot: 0, past: 32, tokenIds: long.slice(32) });
  });

  it('shares the answer of an earlier turn too', async () => {
    const engine = createToyEngine();
    const first = toRequest('first', long.slice(0, 20), { sampling: { maxTokens: 20 } });
    await engine.log.run(first);
    const second = toRequest('second', [...first.promptTokenIds, ...toyAnswer(first), 1, 2], short);
    expect(await cachedTokens(engine, second)).toBe(32);
  });

  it('shares with a request that is still running', async () => {
    const engine = createToyEngine();
    engine.core.add(toRequest('running', long, { sampling: { maxTokens: 24 } }));
    await engine.log.until(() => engine.log.outputsOf('running').length > 0);
    expect(await cachedTokens(engine, toRequest('joining', long, short))).toBe(32);
    expect((await engine.log.answer('running')).tokenIds).toEqual(
      toyAnswer(toRequest('r', long, { sampling: { maxTokens: 24 } })),
    );
  });

  it.each([
    ['of another salt', { ...short, cacheSalt: 'mine' }],
    ['that does not want to', { sampling: { ...short.sampling, skipReadingPrefixCache: true } }],
    ['that wants prompt log-probabilities', { sampling: { ...short.sampling, promptLogprobs: 1 } }],
  ])('shares nothing with a request %s', async (_, overrides) => {
    const engine = createToyEngine();
    await engine.log.run(toRequest('a', long, short));
    expect(await cachedTokens(engine, toRequest('b', long, overrides))).toBe(0);
  });

  it('forgets on request, also what is still running', async () => {
    const engine = createToyEngine();
    await engine.log.run(toRequest('a', long, short));
    expect(engine.core.utility('reset_prefix_cache', [])).toBe(true);
    expect(await cachedTokens(engine, toRequest('b', long, short))).toBe(0);
    expect(engine.log.steps.filter(({ schedulerStats }) => schedulerStats?.prefixCacheStats.reset)).toHaveLength(1);
    engine.core.add(toRequest('c', long, { sampling: { maxTokens: 24 } }));
    await engine.log.until(() => engine.log.outputsOf('c').length > 0);
    engine.core.utility('reset_prefix_cache', []);
    expect(await cachedTokens(engine, toRequest('d', long, short))).toBe(0);
  });

  it('can be turned off', async () => {
    const engine = createToyEngine({ prefixCaching: false });
    await engine.log.run(toRequest('a', long, short));
    expect(await cachedTokens(engine, toRequest('b', long, short))).toBe(0);
  });

  it('counts queries and hits since the last report', async () => {
    const engine = createToyEngine();
    await engine.log.run(toRequest('a', long, short));
    await engine.log.run(toRequest('b', long, short));
    const counts = engine.log.steps.map(({ schedulerStats }) => schedulerStats?.prefixCacheStats);
    expect(counts.filter((stats) => stats?.requests !== 0)).toEqual([
      { reset: false, requests: 1, queries: 40, hits: 0 },
      { reset: false, requests: 1, queries: 40, hits: 32 },
    ]);
  });

  it('drops the sequence that ended first when slots run out', async () => {
    const engine = createToyEngine({ maxNumSeqs: 2 });
    const other = long.map((tokenId) => 31 - tokenId);
    await engine.log.run(toRequest('a', long, short));
    await engine.log.run(toRequest('b', other, short));
    await engine.log.run(toRequest('c', [...long].reverse(), short));
    expect(await cachedTokens(engine, toRequest('b again', other, short))).toBe(32);
    expect(await cachedTokens(engine, toRequest('a again', long, short))).toBe(0);
  });

  it('spares the sequence it shares with when slots run out', async () => {
    const engine = createToyEngine({ maxNumSeqs: 2 });
    const other = long.map((tokenId) => 31 - tokenId);
    await engine.log.run(toRequest('a', long, short));
    await engine.log.run(toRequest('b', other, short));
    expect(await cachedTokens(engine, toRequest('like a', [...long.slice(0, 20), 1, 2], short))).toBe(16);
    expect(await cachedTokens(engine, toRequest('a again', long, short))).toBe(32);
  });
});
