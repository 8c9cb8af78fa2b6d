import { setImmediate as nextTurn } from 'node:timers/promises';
import { UnavailableError } from '@app/errors';
import type { SamplingParams } from '@app/engine-protocol';
import { describe, expect, it, vi } from 'vitest';
import { toSamplingDefaults } from './sampling-defaults.js';
import { CollectingSink, textRequest, tinyText } from './testing/index.js';
import type { TextRequestPatch, TinyTextOptions } from './testing/index.js';

async function requestsOf(patch: TextRequestPatch, options: TinyTextOptions = {}) {
  const { text, engine } = tinyText(options);
  (await text.prepare(textRequest(patch))).start(new CollectingSink());
  return engine.requests;
}

async function samplingOf(sampling: TextRequestPatch['sampling'], options?: TinyTextOptions): Promise<SamplingParams> {
  const [request] = await requestsOf({ sampling }, options);
  return request.sampling;
}

const plain: SamplingParams = {
  temperature: 0.7,
  topP: 0.9,
  topK: 0,
  minP: 0,
  presencePenalty: 0,
  frequencyPenalty: 0,
  repetitionPenalty: 1,
  maxTokens: 16,
  minTokens: 0,
  stopTokenIds: [8000],
  eosTokenId: 8002,
  allStopTokenIds: [8000, 8002],
  ignoreEos: false,
  badWords: [],
  stop: [],
  includeStopStrInOutput: false,
  skipSpecialTokens: true,
  spacesBetweenSpecialTokens: true,
  detokenize: true,
  outputKind: 'final-only',
  watermarking: false,
  skipReadingPrefixCache: false,
};

describe('what the engine is asked', () => {
  it('gets the whole request', async () => {
    const traceHeaders = { traceparent: '00-1' };
    const requests = await requestsOf({
      stream: true,
      priority: 3,
      cacheSalt: 'salt',
      sessionId: 'session',
      dataParallelRank: 0,
      reasoningEnded: true,
      reasoningParserKwargs: { a: 1 },
      traceHeaders,
    });
    expect(requests).toEqual([
      {
        requestId: expect.stringMatching(/^cmpl-1-0-[0-9a-f]{8}$/),
        promptTokenIds: [784, 7961, 307, 4498],
        sampling: { ...plain, outputKind: 'delta' },
        arrivalTime: 1000,
        cacheSalt: 'salt',
        dataParallelRank: 0,
        priority: 3,
        traceHeaders,
        externalRequestId: 'cmpl-1-0',
        reasoningEnded: true,
        reasoningParserKwargs: { a: 1 },
        sessionId: 'session',
      },
    ]);
  });

  it.each<[string, TextRequestPatch['sampling'], Partial<SamplingParams>]>([
    ['nothing', {}, {}],
    ['greedy resets the filters', { temperature: 0, topP: 0.5, topK: 7, minP: 0.1 }, { temperature: 0, topP: 1 }],
    ['a tiny temperature is raised', { temperature: 1e-6 }, { temperature: 0.01 }],
    ['top_k -1 stays, it means off as well', { topK: -1 }, { topK: -1 }],
    ['top_k beyond the vocabulary', { topK: 2 ** 40 }, { topK: 8064 }],
    ['a seed', { seed: -5 }, { seed: -5 }],
    ['a seed of 64 bits', { seed: 2n ** 63n - 1n }, { seed: 2n ** 63n - 1n }],
    ['seed -1 is none', { seed: -1 }, {}],
    ['seed -1 is none, as a BigInt too', { seed: -1n }, {}],
    [
      'stop token ids, once each',
      { stopTokenIds: [301, 301, 302, 8000] },
      { stopTokenIds: [8000, 301, 302], allStopTokenIds: [301, 302, 8000, 8002] },
    ],
    [
      'ignore_eos: EOS ids are only masked until min_tokens',
      { ignoreEos: true, stopTokenIds: [5] },
      { ignoreEos: true, eosTokenId: undefined, stopTokenIds: [5], allStopTokenIds: [5, 8000, 8002] },
    ],
    ['prompt_logprobs', { promptLogprobs: 0 }, { promptLogprobs: 0, skipReadingPrefixCache: true }],
    ['logprob_token_ids beside a count', { logprobs: 2, logprobTokenIds: [5] }, { logprobs: 2, logprobTokenIds: [5] }],
    [
      'logit_bias, clamped',
      { logitBias: { '300': 5, ' 301 ': -101.5, '+3_02': Infinity } },
      {
        logitBias: new Map([
          [300, 5],
          [301, -100],
          [302, 100],
        ]),
      },
    ],
    [
      'bad words bare and after a space, where that is another token',
      { badWords: ['Paris', ' the capital'] },
      {
        badWords: ['Paris', ' the capital'],
        badWordsTokenIds: [
          [2814, 275],
          [2265, 7961],
          [278, 7961],
        ],
      },
    ],
    ['no more tokens than fit', { maxTokens: 512 }, { maxTokens: 508 }],
    ['no limit: the rest of the context', { maxTokens: undefined }, { maxTokens: 508 }],
    ['the server ignores watermarks', { watermarking: true }, {}],
  ])('%s', async (_, sampling, expected) => {
    const params = await samplingOf(sampling);
    expect({ ...params, allStopTokenIds: [...params.allStopTokenIds].sort((a, b) => a - b) }).toEqual({
      ...plain,
      ...expected,
    });
  });

  it('fans n samples out, with ids and seeds of their own', async () => {
    const requests = await requestsOf({ sampling: { n: 3, seed: 2n ** 63n - 2n } });
    const id = requests[0].requestId.slice('0_'.length);
    expect(
      requests.map(({ requestId, externalRequestId, sampling }) => [requestId, externalRequestId, sampling.seed]),
    ).toEqual([
      [`0_${id}`, 'cmpl-1-0', 2n ** 63n - 2n],
      [`1_${id}`, 'cmpl-1-0', 2n ** 63n - 1n],
      [`2_${id}`, 'cmpl-1-0', -(2n ** 63n)],
    ]);
    expect(id).toMatch(/^cmpl-1-0-[0-9a-f]{8}$/);
  });

  it('never uses an id twice', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await requestsOf({}))[0].requestId));
    expect(new Set(ids).size).toBe(20);
  });

  const generation = { eosTokenIds: [8002], temperature: 0.5, maxNewTokens: 9 };

  it.each<[string, TinyTextOptions['defaults'], TextRequestPatch['sampling'], Partial<SamplingParams>]>([
    [
      'the model',
      toSamplingDefaults(generation),
      { maxTokens: undefined },
      { temperature: 0.5, topP: 1, maxTokens: 9 },
    ],
    [
      'the model, which does not cap',
      toSamplingDefaults(generation),
      { maxTokens: 20 },
      { temperature: 0.5, topP: 1, maxTokens: 20 },
    ],
    [
      'a folder, which caps',
      toSamplingDefaults(generation, { source: 'folder' }),
      { maxTokens: 20 },
      { temperature: 0.5, topP: 1, maxTokens: 9 },
    ],
    [
      'nothing',
      toSamplingDefaults(generation, { source: 'none' }),
      { maxTokens: undefined },
      { temperature: 1, topP: 1, maxTokens: 508 },
    ],
    [
      'overrides, which cap',
      toSamplingDefaults(generation, {
        overrides: {
          temperature: 0.25,
          top_p: 0.3,
          top_k: 4,
          min_p: 0.05,
          repetition_penalty: 1.1,
          presence_penalty: 0.1,
          frequency_penalty: 0.2,
          max_new_tokens: 12,
          skip_special_tokens: false,
          stop_token_ids: [7],
          other: 'ignored',
        },
      }),
      { maxTokens: 20, stopTokenIds: [6] },
      {
        temperature: 0.25,
        topP: 0.3,
        topK: 4,
        minP: 0.05,
        repetitionPenalty: 1.1,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        maxTokens: 12,
        skipSpecialTokens: false,
        stopTokenIds: [8000, 6, 7],
        allStopTokenIds: [6, 7, 8000, 8002],
      },
    ],
  ])('defaults come from %s', async (...[, defaults, sampling, expected]) => {
    expect(await samplingOf(sampling, { defaults })).toEqual({ ...plain, ...expected });
  });

  it.each([
    [{ temperature: 'hot' }, '--override-generation-config: "temperature" must be a number'],
    [{ skip_special_tokens: 1 }, '--override-generation-config: "skip_special_tokens" must be true or false'],
    [{ stop_token_ids: ['x'] }, '--override-generation-config: "stop_token_ids" must be a list of token ids'],
    [{ stop_token_ids: 5 }, '--override-generation-config: "stop_token_ids" must be a list of token ids'],
  ])('refuses the override %j', (overrides, message) => {
    expect(() => toSamplingDefaults(generation, { overrides })).toThrow(message);
  });
});

describe('samples that take long to send', () => {
  async function slowly(n: number) {
    const { text, engine } = tinyText({});
    const add = engine.add.bind(engine);
    vi.spyOn(engine, 'add').mockImplementation((...given) => {
      const end = performance.now() + 11;
      while (performance.now() < end);
      add(...given);
    });
    const sink = new CollectingSink();
    const running = (await text.prepare(textRequest({ sampling: { n } }))).start(sink);
    return { text, engine, sink, running };
  }

  it('go out in several turns', async () => {
    const { engine } = await slowly(3);
    expect(engine.requests).toHaveLength(1);
    await nextTurn();
    expect(engine.requests).toHaveLength(2);
    await nextTurn();
    expect(engine.requests).toHaveLength(3);
  });

  it('do not go out any more once they are aborted, by whoever started them or by their id', async () => {
    const left = await slowly(3);
    left.running.abort();
    const ended = await slowly(3);
    ended.text.abort([textRequest({}).requestId]);
    await nextTurn();
    await nextTurn();
    expect([left.engine.requests.length, ended.engine.requests.length]).toEqual([1, 1]);
    expect(ended.sink.deltas.map(({ finishReason }) => finishReason)).toEqual(['abort', 'abort', 'abort']);
  });

  it('tell the sink when the engine takes no more of them', async () => {
    const { engine, sink } = await slowly(2);
    vi.spyOn(engine, 'add').mockImplementation(() => {
      throw new UnavailableError('gone');
    });
    await nextTurn();
    expect(engine.requests).toHaveLength(1);
    expect(sink.errors).toEqual([new UnavailableError('gone')]);
  });
});
