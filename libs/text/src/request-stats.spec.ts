import { describe, expect, it } from 'vitest';
import type { RequestStats, RequestSummary, TokenStats } from './request-stats.js';
import { CollectingSink, stepPerToken, textRequest, tinyText } from './testing/index.js';
import type { ScriptedStep, TextRequestPatch } from './testing/index.js';

async function statsOf(script: (index: number) => readonly ScriptedStep[], patch: TextRequestPatch = {}) {
  const tokens: TokenStats[] = [];
  const finished: RequestStats[] = [];
  const requests: RequestSummary[] = [];
  const adapters: unknown[] = [];
  // Our clock goes on by a quarter of a second with each look.
  let clock = 1000;
  const { text, engine } = tinyText({
    engine: { script: (_, index) => script(index) },
    now: () => (clock += 0.25),
    listener: {
      onTokens: (step) => tokens.push(step),
      onFinished: (stats) => finished.push(stats),
      onRequestFinished: (summary) => requests.push(summary),
      onAdapter: (...change) => adapters.push(change),
    },
  });
  const generation = (await text.prepare(textRequest(patch))).start(new CollectingSink());
  return { tokens, finished, requests, adapters, engine, generation };
}

describe('TextListener', () => {
  it('hears tokens, times and the end of a sample', async () => {
    const { tokens, finished, requests, engine } = await statsOf(() => [
      {
        ids: [],
        cachedTokens: 3,
        events: [
          { type: 'queued', timestamp: 0.5 },
          { type: 'scheduled', timestamp: 0.75 },
        ],
      },
      { ids: [925] },
      {
        ids: [],
        events: [
          { type: 'preempted', timestamp: 2.5 },
          { type: 'scheduled', timestamp: 2.6 },
        ],
      },
      { ids: [1295, 2300] },
      { ids: [8002], finish: 'stop' },
    ]);
    engine.run();
    expect(tokens).toEqual([
      {
        timestamp: 2,
        generatedTokens: 1,
        first: { timeToFirstTokenSeconds: 0.25, promptTokens: 4, cachedTokens: 3, externalCachedTokens: 0 },
        interTokenSeconds: undefined,
      },
      { timestamp: 4, generatedTokens: 2, first: undefined, interTokenSeconds: 2 },
      { timestamp: 5, generatedTokens: 1, first: undefined, interTokenSeconds: 1 },
    ]);
    expect(finished).toEqual([
      {
        finishReason: 'stop',
        promptTokens: 4,
        cachedTokens: 3,
        generationTokens: 4,
        maxTokens: 16,
        preemptions: 1,
        e2eSeconds: 0.5,
        timeToFirstTokenSeconds: 0.25,
        queueSeconds: 0.25,
        prefillSeconds: 1.25,
        decodeSeconds: 3,
        inferenceSeconds: 4.25,
      },
    ]);
    expect(requests).toEqual([{ sampleCount: 1, maxGenerationTokens: 4 }]);
  });

  it('leaves out what the engine did not time', async () => {
    const { finished, engine } = await statsOf(() => [{ ids: [], finish: 'abort' }]);
    engine.run();
    expect(finished).toEqual([
      {
        finishReason: 'abort',
        promptTokens: 4,
        cachedTokens: 0,
        generationTokens: 0,
        maxTokens: 16,
        preemptions: 0,
        e2eSeconds: 0.25,
      },
    ]);
  });

  it('leaves out intervals that run backwards', async () => {
    const events = [
      { type: 'queued' as const, timestamp: 9 },
      { type: 'scheduled' as const, timestamp: 8 },
    ];
    const { finished, engine } = await statsOf(() => [{ ids: [925], finish: 'length', events }]);
    engine.run();
    expect([finished[0].queueSeconds, finished[0].prefillSeconds, finished[0].decodeSeconds]).toEqual([
      undefined,
      undefined,
      0,
    ]);
  });

  it('sums the samples of a request up, stop strings included', async () => {
    const { finished, requests, engine } = await statsOf(
      (index) => stepPerToken(index === 0 ? [925, 8002] : [925, 925, 1295], index === 0 ? { finish: 'stop' } : {}),
      { sampling: { n: 2, stop: ['two'] } },
    );
    engine.run();
    expect(finished.map((stats) => [stats.finishReason, stats.generationTokens])).toEqual([
      ['stop', 2],
      ['stop', 3],
    ]);
    expect(requests).toEqual([{ sampleCount: 2, maxGenerationTokens: 3 }]);
  });

  it('counts failures of the engine, but no request that was aborted', async () => {
    const failed = await statsOf(() => [{ ids: [925], finish: 'error' }]);
    failed.engine.run();
    expect(failed.finished.map(({ finishReason }) => finishReason)).toEqual(['error']);
    expect(failed.requests).toEqual([]);

    const aborted = await statsOf(() => stepPerToken([925, 1295, 8002], { finish: 'stop' }));
    aborted.engine.step();
    aborted.generation.abort();
    aborted.engine.run();
    expect([aborted.tokens.length, aborted.finished, aborted.requests]).toEqual([1, [], []]);
  });

  it('hears which engine served', async () => {
    const engines: number[] = [];
    const hear = (_: unknown, engineIndex: number): void => void engines.push(engineIndex);
    const { text, engine } = tinyText({
      listener: { onTokens: hear, onFinished: hear, onRequestFinished: hear },
    });
    engine.add = ({ requestId }, sink) =>
      sink.push({ requestId, newTokenIds: [925], finishReason: 'length' }, 1, undefined, 3);
    (await text.prepare(textRequest())).start(new CollectingSink());
    expect(engines).toEqual([3, 3, 3]);
  });

  const queued = { type: 'queued', timestamp: 1 } as const;
  const scheduled = { type: 'scheduled', timestamp: 2 } as const;
  const lora = { name: 'a', id: 1, path: '/a' };

  it('hears where the samples of an adapter are', async () => {
    const script = [
      { ids: [925], events: [queued, scheduled] },
      { ids: [], events: [{ type: 'preempted', timestamp: 3 } as const] },
      { ids: [925], events: [{ ...scheduled, timestamp: 4 }], finish: 'length' as const },
    ];
    const { adapters, engine } = await statsOf(() => script, { lora });
    const [{ requestId }] = engine.requests;
    engine.run();
    const places = ['waiting', 'running', 'waiting', 'running', 'over'];
    expect(adapters).toEqual(places.map((place) => ['a', requestId, place]));
  });

  it('hears once that they are over after an abort', async () => {
    const { adapters, generation } = await statsOf(() => [{ ids: [925] }], { lora });
    generation.abort();
    generation.abort();
    expect(adapters.map((change) => (change as unknown[])[2])).toEqual(['waiting', 'over']);
  });

  it('hears nothing of adapters where none is asked for', async () => {
    const { adapters, engine } = await statsOf(() => [{ ids: [925], events: [queued, scheduled], finish: 'length' }]);
    engine.run();
    expect(adapters).toEqual([]);
  });
});
