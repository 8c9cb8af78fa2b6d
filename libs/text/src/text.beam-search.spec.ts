import { InternalError, InvalidRequestError, UnavailableError } from '@app/errors';
import type { EngineRequest } from '@app/engine-protocol';
import { describe, expect, it } from 'vitest';
import type { RequestStats, RequestSummary } from './request-stats.js';
import { CollectingSink, textRequest, tinyText, tinyTokenizer } from './testing/index.js';
import type { ScriptedEngine, ScriptedStep, TextRequestPatch, TinyTextOptions } from './testing/index.js';
import type { TextDelta } from './text-delta.js';

// Tokens of tiny-chat: the prompt is 784 7961 307 4498. 322 is a part of a character.
const [one, two, three, four, five] = [925, 1295, 2300, 2946, 5184];
const [eos, otherEos, half] = [8002, 8000, 322];
const PROMPT = [784, 7961, 307, 4498];

type Offers = readonly (readonly [tokenId: number, logprob: number])[];

/** The step of an engine that offers these, the sampled token first. */
function offering(...offers: Offers): ScriptedStep {
  return {
    ids: [offers[0][0]],
    finish: 'length',
    logprobs: { ids: [offers.map(([id]) => id)], values: [offers.map(([, value]) => value)], ranks: [1] },
  };
}

/** By the tokens after the prompt, as text. */
const model: Readonly<Record<string, ScriptedStep>> = {
  '': offering([two, -1.5], [one, -1], [two, -1.5], [three, -2], [eos, -4]),
  [String(one)]: offering([three, -2], [three, -2], [four, -2.5], [five, -3], [eos, -9]),
  [String(two)]: offering([eos, -0.25], [eos, -0.25], [five, -0.5], [one, -5], [otherEos, -5]),
  [`${two} ${five}`]: offering([one, -1], [one, -1], [otherEos, -1.5], [three, -6], [four, -7]),
  [`${one} ${three}`]: offering([half, -3], [half, -3], [two, -4], [three, -6], [four, -7]),
};

const afterPrompt = ({ promptTokenIds }: EngineRequest) => promptTokenIds.slice(PROMPT.length).join(' ');
const script = (request: EngineRequest): readonly ScriptedStep[] => [model[afterPrompt(request)]];

const beams = ({ sampling, ...patch }: TextRequestPatch = {}): TextRequestPatch => ({
  requestId: 'cmpl-1',
  beamSearch: { lengthPenalty: 1 },
  ...patch,
  sampling: { n: 2, maxTokens: 2, ...sampling },
});

async function start(patch: TextRequestPatch = {}, options: TinyTextOptions = {}) {
  const { text, engine } = tinyText({ ...options, engine: { script, ...options.engine } });
  const prepared = await text.prepare(textRequest(beams(patch)));
  const sink = new CollectingSink();
  return { engine, sink, prepared, generation: prepared.start(sink) };
}

async function answer(patch: TextRequestPatch = {}, options: TinyTextOptions = {}) {
  const { engine, sink } = await start(patch, options);
  engine.run();
  expect(sink.errors).toEqual([]);
  return { engine, deltas: sink.deltas };
}

const tokensOf = (deltas: readonly TextDelta[]) => deltas.map(({ tokenIds }) => tokenIds);
const promptsOf = ({ requests }: ScriptedEngine) => requests.map(afterPrompt);

describe('what a beam search asks the engine', () => {
  it('asks for one token after each beam, and nothing of what only samples', async () => {
    const { engine } = await answer({
      stream: true,
      priority: 3,
      cacheSalt: 'salt',
      sessionId: 'session',
      traceHeaders: { traceparent: '00-1' },
      dataParallelRank: 0,
      reasoningEnded: true,
      reasoningParserKwargs: { a: 1 },
      sampling: {
        temperature: 0,
        topP: 0.5,
        presencePenalty: 9,
        minTokens: 99,
        stop: ['', 'x'],
        stopTokenIds: [one],
        badWords: [''],
        seed: 7,
        ignoreEos: true,
        skipSpecialTokens: false,
        promptLogprobs: 3,
        logitBias: { x: 1 },
        structuredOutputs: {
          regex: '(',
          disableAnyWhitespace: false,
          disableAdditionalProperties: false,
          backendWasAuto: false,
        },
      },
    });
    const [first, ...others] = engine.requests;
    expect(first).toEqual({
      requestId: expect.stringMatching(/^cmpl-1-[0-9a-f]{16}-beam-0-[0-9a-f]{8}$/),
      externalRequestId: first.requestId.slice(0, -9),
      promptTokenIds: PROMPT,
      sampling: {
        temperature: 0,
        topP: 1,
        topK: 0,
        minP: 0,
        presencePenalty: 0,
        frequencyPenalty: 0,
        repetitionPenalty: 1,
        maxTokens: 1,
        minTokens: 0,
        logprobs: 4,
        stopTokenIds: [8000],
        eosTokenId: 8002,
        allStopTokenIds: [8000, 8002],
        ignoreEos: false,
        badWords: [],
        stop: [],
        includeStopStrInOutput: false,
        skipSpecialTokens: true,
        spacesBetweenSpecialTokens: true,
        detokenize: false,
        outputKind: 'cumulative',
        watermarking: false,
        skipReadingPrefixCache: false,
      },
      arrivalTime: 1000,
      cacheSalt: 'salt',
      priority: 3,
      sessionId: 'session',
      traceHeaders: { traceparent: '00-1' },
    });
    expect(others.map(({ promptTokenIds }) => promptTokenIds)).toEqual([
      [...PROMPT, one],
      [...PROMPT, two],
    ]);
    const ids = engine.requests.map(({ requestId }) => requestId);
    expect(ids[1].split('-beam-')[0]).toBe(ids[2].split('-beam-')[0]);
    expect(ids[1].split('-beam-')[0]).not.toBe(ids[0].split('-beam-')[0]);
    expect(ids[2]).toMatch(/-beam-1-/);
  });

  it('takes the temperature that the server has for all', async () => {
    const { engine } = await answer();
    expect(engine.requests[0].sampling.temperature).toBe(0.7);
  });

  it('asks for the allowed tokens alone', async () => {
    const { engine, deltas } = await answer({ sampling: { allowedTokenIds: [three, two], maxTokens: 1 } });
    const { logprobs, logprobTokenIds, allowedTokenIds } = engine.requests[0].sampling;
    expect({ logprobs, logprobTokenIds, allowedTokenIds }).toEqual({ logprobTokenIds: [three, two] });
    // The script's answer holds one of them, and a stranger.
    expect(tokensOf(deltas)).toEqual([[two]]);
  });

  it('asks nothing for no tokens', async () => {
    const { engine, deltas } = await answer({ sampling: { n: 11, maxTokens: 0 } });
    expect(engine.requests).toEqual([]);
    expect(deltas).toMatchObject([{ index: 0, text: '', tokenIds: [], finishReason: 'length', last: true }]);
  });

  it('tells the listener of every step by itself', async () => {
    const finished: RequestStats[] = [];
    const summaries: RequestSummary[] = [];
    await answer(
      {},
      {
        listener: {
          onFinished: (stats) => finished.push(stats),
          onRequestFinished: (summary) => summaries.push(summary),
        },
      },
    );
    expect(finished.map(({ promptTokens, maxTokens }) => [promptTokens, maxTokens])).toEqual([
      [4, 1],
      [5, 1],
      [5, 1],
    ]);
    expect(summaries).toEqual(Array(3).fill({ sampleCount: 1, maxGenerationTokens: 1 }));
  });
});

describe('what a beam search answers', () => {
  it('gives the beams best first, whole, at the end', async () => {
    const { deltas } = await answer({ stream: true });
    const nothing = {
      logprobs: undefined,
      chosen: undefined,
      promptLogprobs: undefined,
      cachedTokens: undefined,
      cacheCreationTokens: undefined,
      kvTransferParams: undefined,
      ecTransferParams: undefined,
      weightVersions: undefined,
      routedExperts: undefined,
      specDecodeMetrics: undefined,
      stats: undefined,
    };
    expect(deltas).toEqual([
      {
        ...nothing,
        index: 0,
        text: ' two',
        tokenIds: [two],
        completionTokens: 1,
        finishReason: 'stop',
        stopReason: eos,
        last: false,
      },
      {
        ...nothing,
        index: 1,
        text: ' two five',
        tokenIds: [two, five],
        completionTokens: 2,
        finishReason: 'length',
        stopReason: undefined,
        last: true,
      },
    ]);
  });

  it.each<[string, TextRequestPatch, readonly (readonly number[])[], readonly string[]]>([
    [
      'the end of a beam among its tokens',
      { sampling: { includeStopStrInOutput: true } },
      [
        [two, eos],
        [two, five],
      ],
      [' two', ' two five'],
    ],
    [
      'ends as tokens with ignore_eos',
      { sampling: { ignoreEos: true } },
      [
        [two, eos],
        [two, five],
      ],
      [' two', ' two five'],
    ],
    [
      'no text for the end of a beam, even among its tokens',
      { sampling: { includeStopStrInOutput: true, skipSpecialTokens: false } },
      [
        [two, eos],
        [two, five],
      ],
      [' two', ' two five'],
    ],
    [
      'special tokens as text',
      { sampling: { ignoreEos: true, skipSpecialTokens: false } },
      [
        [two, eos],
        [two, five],
      ],
      [` two${tinyTokenizer.decode([eos], { skipSpecialTokens: false })}`, ' two five'],
    ],
    [
      'short texts with a penalty below 0',
      { beamSearch: { lengthPenalty: -2 }, sampling: { n: 1 } },
      [[one, three]],
      [' one three'],
    ],
    [
      'the likeliest tokens with one beam',
      { sampling: { n: 1, maxTokens: 3 } },
      [[one, three, half]],
      [' one three \uFFFD'],
    ],
  ])('gives %s', async (_, patch, tokens, texts) => {
    const { deltas } = await answer(patch);
    expect(tokensOf(deltas)).toEqual(tokens);
    expect(deltas.map(({ text }) => text)).toEqual(texts);
  });

  it('goes on with the beams that are left, and stops on the other end tokens too', async () => {
    const { engine, deltas } = await answer({ sampling: { maxTokens: 3 } });
    expect(promptsOf(engine)).toEqual(['', String(one), String(two), `${two} ${five}`, `${one} ${three}`]);
    expect(deltas.map(({ tokenIds, finishReason, stopReason }) => [tokenIds, finishReason, stopReason])).toEqual([
      [[two], 'stop', eos],
      [[two, five, one], 'length', undefined],
    ]);
  });

  it('shows what was offered, and which of it the beam took', async () => {
    const { deltas } = await answer({ sampling: { n: 1, maxTokens: 3, logprobs: 1 } });
    const token = (tokenId: number, text: string, logprob: number) => ({ tokenId, text, logprob, rank: undefined });
    expect(deltas[0].chosen).toEqual([token(one, ' one', -1), token(three, ' three', -2), token(half, ' \uFFFD', -3)]);
    expect(deltas[0].logprobs).toEqual([
      [token(two, ' two', -1.5), token(one, ' one', -1)],
      [token(three, ' three', -2), token(four, ' four', -2.5)],
      [token(half, ' \uFFFD', -3), token(two, ' two', -4)],
    ]);
  });

  it('has a position for every token it shows, the end of a beam among them or not', async () => {
    for (const includeStopStrInOutput of [false, true]) {
      const { deltas } = await answer({ sampling: { logprobs: 0, includeStopStrInOutput } });
      for (const { tokenIds, logprobs, chosen } of deltas) {
        expect(logprobs).toHaveLength(tokenIds.length);
        expect(chosen?.map(({ tokenId }) => tokenId)).toEqual(tokenIds);
      }
    }
  });

  it('cuts the beams off where the engine gives up', async () => {
    const { deltas } = await answer(
      {},
      {
        engine: {
          script: (request) =>
            afterPrompt(request) === String(two) ? [{ ids: [], finish: 'abort' }] : script(request),
        },
      },
    );
    expect(deltas.map(({ tokenIds, finishReason, last }) => [tokenIds, finishReason, last])).toEqual([
      [[one], 'abort', false],
      [[two], 'abort', true],
    ]);
  });
});

describe('a beam search that cannot go on', () => {
  it.each<[string, TextRequestPatch, string]>([
    ['no beams', { sampling: { n: 0 } }, 'beam_width must be at least 1, got 0.'],
    [
      'too many',
      { sampling: { n: 20_000 } },
      'beam_width must be at most 16384, got 20000. To increase this limit, set the VLLM_MAX_N_SEQUENCES environment variable.',
    ],
    [
      'a penalty that is no number',
      { beamSearch: { lengthPenalty: NaN } },
      'length_penalty must be a finite number, got nan.',
    ],
    [
      'a prompt beyond the context',
      { sampling: { maxTokens: 1000 } },
      'max_tokens=1000 cannot be greater than max_model_len=512',
    ],
  ])('refuses %s before it starts', async (_, patch, message) => {
    const { text } = tinyText();
    await expect(text.prepare(textRequest(beams(patch)))).rejects.toThrow(message);
  });

  it.each<[string, TextRequestPatch, string]>([
    ['a temperature', { sampling: { temperature: 3 } }, 'temperature must be in [0, 2], got 3.0.'],
    ['a temperature, tokens or not', { sampling: { temperature: 3, maxTokens: 0 } }, 'temperature must be in [0, 2]'],
    [
      'more log probabilities than may be had',
      { sampling: { n: 11 } },
      'Requested sample logprobs of 22, which is greater than max allowed: 20',
    ],
    [
      'an empty list of tokens',
      { sampling: { allowedTokenIds: [] } },
      'Beam search allowed_token_ids must not be empty',
    ],
    [
      'a long list of tokens',
      { sampling: { allowedTokenIds: Array.from({ length: 129 }, (_, id) => id) } },
      'Requested logprob_token_ids of length 129, which is greater than max allowed: 128',
    ],
    [
      'a token outside the vocabulary',
      { sampling: { allowedTokenIds: [9000] } },
      'token_id(s) [9000] in logprob_token_ids contain out-of-vocab',
    ],
    [
      'a prompt outside the vocabulary',
      { prompt: { type: 'tokens', tokenIds: [9000] } },
      'Token id 9000 is out of vocabulary',
    ],
  ])('refuses %s when it starts', async (_, patch, message) => {
    const { text, engine } = tinyText();
    const prepared = await text.prepare(textRequest(beams(patch)));
    expect(() => prepared.start(new CollectingSink())).toThrow(message);
    expect(engine.requests).toEqual([]);
  });

  it('refuses a list of tokens for an engine that drafts', async () => {
    const { text } = tinyText({ limits: { speculativeDecoding: true } });
    const prepared = await text.prepare(textRequest(beams({ sampling: { allowedTokenIds: [one] } })));
    expect(() => prepared.start(new CollectingSink())).toThrow('Beam allowlists with speculative decoding');
  });

  it('says so when none of the allowed tokens is possible', async () => {
    const impossible = offering([one, -1], [two, -Infinity]);
    const { engine, sink } = await start(
      { sampling: { allowedTokenIds: [two] } },
      { engine: { script: () => [impossible] } },
    );
    engine.run();
    expect(sink.errors).toEqual([expect.any(InvalidRequestError)]);
    expect(sink.errors[0].param).toBe('allowed_token_ids');
  });

  it('ends every step under way when the client goes', async () => {
    const { engine, sink, generation } = await start();
    engine.step();
    generation.abort();
    generation.abort();
    expect(engine.aborted).toEqual(engine.requests.slice(1).map(({ requestId }) => requestId));
    engine.run();
    expect([sink.deltas, sink.errors, engine.requests.length]).toEqual([[], [], 3]);
  });

  it('says no more to a client that goes in the middle of the answer', async () => {
    const { engine, sink, generation } = await start();
    const push = sink.push.bind(sink);
    sink.push = (delta) => {
      push(delta);
      generation.abort();
    };
    engine.run();
    expect(sink.deltas).toHaveLength(1);
  });

  it('ends the other steps when one fails, and says so once', async () => {
    const { engine, sink } = await start(
      {},
      {
        engine: {
          script: (request) =>
            afterPrompt(request) === String(one) ? [{ ids: [], finish: 'error' }] : script(request),
        },
      },
    );
    engine.run();
    expect(sink.deltas).toEqual([]);
    expect(sink.errors).toEqual([new InternalError('Internal server error')]);
    expect(engine.aborted).toEqual([engine.requests[2].requestId]);
  });

  it('stops where an engine in this process fails a step while it is being added', async () => {
    const { engine, sink } = await start();
    const add = engine.add.bind(engine);
    engine.add = (request, stepSink) => {
      add(request, stepSink);
      engine.die('at once');
    };
    engine.run();
    expect(engine.requests).toHaveLength(2);
    expect(sink.errors).toEqual([new InternalError('at once')]);
  });

  it('fails once when the engine dies', async () => {
    const { engine, sink } = await start();
    engine.step();
    engine.die('gone');
    expect(sink.errors).toEqual([new InternalError('gone')]);
  });

  it.each([
    ['the first', 0],
    ['a later', 2],
  ])('tells that the engine cannot take %s step', async (_, refused) => {
    const { text, engine } = tinyText({
      engine: {
        script: (request, index) => {
          if (index === refused) throw new UnavailableError('full');
          return script(request);
        },
      },
    });
    const sink = new CollectingSink();
    const prepared = await text.prepare(textRequest(beams()));
    if (refused === 0) {
      expect(() => prepared.start(sink)).toThrow('full');
      return;
    }
    prepared.start(sink);
    engine.run();
    expect(sink.errors).toEqual([new UnavailableError('full')]);
    expect(engine.aborted).toEqual([engine.requests[1].requestId]);
  });

  it('fails when the engine keeps the log probabilities to itself', async () => {
    const { engine, sink } = await start({}, { engine: { script: () => [{ ids: [one], finish: 'length' }] } });
    engine.run();
    expect(sink.errors).toEqual([new InternalError('The engine returned no log probabilities.')]);
  });
});
