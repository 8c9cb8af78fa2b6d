import { InternalError, InvalidRequestError, UnavailableError } from '@app/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PreparedText } from './prepared-text.js';
import type { RequestStats } from './request-stats.js';
import { CollectingSink, stepPerToken, textRequest, tinyText, tinyTokenizer } from './testing/index.js';
import type { ScriptedEngine, ScriptedStep, TextRequestPatch, TinyTextOptions } from './testing/index.js';
import type { TextDelta } from './text-delta.js';

// Tokens of tiny-chat.
const [one, two, three, four, five, six] = [925, 1295, 2300, 2946, 5184, 4946];
const eos = 8002;
const stopped: Partial<ScriptedStep> = { finish: 'stop' };

interface Played {
  readonly engine: ScriptedEngine;
  readonly sink: CollectingSink;
  readonly prepared: PreparedText;
}

async function play(
  steps: readonly ScriptedStep[],
  patch: TextRequestPatch = {},
  options: TinyTextOptions = {},
): Promise<Played> {
  const { text, engine } = tinyText({ steps, ...options });
  const prepared = await text.prepare(textRequest(patch));
  const sink = new CollectingSink();
  prepared.start(sink);
  engine.run();
  return { engine, sink, prepared };
}

const streamed = (sampling: TextRequestPatch['sampling'] = {}): TextRequestPatch => ({ stream: true, sampling });
const textsOf = (sink: CollectingSink): string[] => sink.deltas.map((delta) => delta.text);

/** A delta of the only sample, with nothing to say but what is given. */
function delta(facts: Partial<TextDelta>): TextDelta {
  return {
    index: 0,
    text: '',
    tokenIds: [],
    logprobs: undefined,
    finishReason: undefined,
    stopReason: undefined,
    completionTokens: 0,
    promptLogprobs: undefined,
    cachedTokens: undefined,
    cacheCreationTokens: undefined,
    kvTransferParams: undefined,
    ecTransferParams: undefined,
    weightVersions: undefined,
    routedExperts: undefined,
    specDecodeMetrics: undefined,
    stats: facts.finishReason && (expect.objectContaining({ finishReason: facts.finishReason }) as RequestStats),
    last: facts.finishReason !== undefined,
    ...facts,
  };
}

describe('a text request', () => {
  it('streams one delta per engine step', async () => {
    const steps: ScriptedStep[] = [
      { ids: [one], cachedTokens: 2 },
      { ids: [two, three] },
      { ids: [eos], finish: 'stop', kvTransferParams: { block: 1 }, ecTransferParams: { item: 2 } },
    ];
    const { sink, engine } = await play(steps, streamed());
    expect(sink.deltas).toEqual([
      delta({ text: ' one', tokenIds: [one], completionTokens: 1, cachedTokens: 2, cacheCreationTokens: 0 }),
      delta({ text: ' two three', tokenIds: [two, three], completionTokens: 3 }),
      delta({
        tokenIds: [eos],
        completionTokens: 4,
        finishReason: 'stop',
        kvTransferParams: { block: 1 },
        ecTransferParams: { item: 2 },
      }),
    ]);
    expect(engine.aborted).toEqual([]);
  });

  it('gives one delta at the end when it is not streamed', async () => {
    const steps = [{ ids: [one], cachedTokens: 2 }, { ids: [two] }, { ids: [three], finish: 'length' as const }];
    const { sink } = await play(steps);
    expect(sink.deltas).toEqual([
      delta({
        text: ' one two three',
        tokenIds: [one, two, three],
        completionTokens: 3,
        cachedTokens: 2,
        cacheCreationTokens: 0,
        finishReason: 'length',
      }),
    ]);
  });

  it('says nothing for steps without tokens', async () => {
    const steps: ScriptedStep[] = [{ ids: [], cachedTokens: 1 }, { ids: [one] }, { ids: [], finish: 'abort' }];
    const { sink } = await play(steps, streamed());
    expect(sink.deltas).toEqual([
      delta({ text: ' one', tokenIds: [one], completionTokens: 1, cachedTokens: 1, cacheCreationTokens: 0 }),
      delta({ completionTokens: 1, finishReason: 'abort' }),
    ]);
  });

  it.each<[string, readonly ScriptedStep[], TextRequestPatch['sampling'], [string, unknown, unknown]]>([
    ['EOS', stepPerToken([261, eos], stopped), {}, [' a', 'stop', undefined]],
    ['another EOS', stepPerToken([261, 8000], { finish: 'stop', stopReason: 8000 }), {}, [' a', 'stop', 8000]],
    [
      'EOS with special tokens shown',
      stepPerToken([261, eos], stopped),
      { skipSpecialTokens: false },
      [' a', 'stop', undefined],
    ],
    [
      'a stop token kept',
      stepPerToken([261, 289], { finish: 'stop', stopReason: 289 }),
      { stopTokenIds: [289], includeStopStrInOutput: true },
      [' a b', 'stop', 289],
    ],
    ['the limit', stepPerToken([261, 289], { finish: 'length' }), {}, [' a b', 'length', undefined]],
    [
      'a repetition',
      stepPerToken([261, 261], { finish: 'repetition', stopReason: 'repetition_detected' }),
      {},
      [' a a', 'repetition', 'repetition_detected'],
    ],
    [
      'ignored EOS',
      stepPerToken([261, eos, 272], { finish: 'length' }),
      { ignoreEos: true, skipSpecialTokens: false },
      [' a<|im_end|> c', 'length', undefined],
    ],
    [
      'special tokens in the middle',
      stepPerToken([261, 8001, 289, 8005, eos], stopped),
      {},
      [' a b<think>', 'stop', undefined],
    ],
    [
      'the end inside a character',
      stepPerToken([261, 240, 159], { finish: 'length' }),
      {},
      [' a', 'length', undefined],
    ],
    ['an invalid byte', stepPerToken([261, 240, 289, eos], stopped), {}, [' a\uFFFD b', 'stop', undefined]],
  ])('ends with %s', async (_, steps, sampling, expected) => {
    const { sink, engine } = await play(steps, { sampling });
    expect(sink.deltas.map((d) => [d.text, d.finishReason, d.stopReason])).toEqual([expected]);
    expect(sink.deltas[0].completionTokens).toBe(steps.length);
    expect(engine.aborted).toEqual([]);
  });

  it.each<[string, readonly number[], string[]]>([
    ['a character over four tokens', [1460, 32, 240, 159, 142, 137, 404, eos], [' x', ' ', '', '', '', '🎉', ' y', '']],
    ['the end inside a character', [261, 240, 159, eos], [' a', '', '', '']],
    ['a special token', [261, 8001, 289, eos], [' a', '', ' b', '']],
  ])('streams %s', async (_, ids, texts) => {
    const { sink } = await play(stepPerToken(ids, stopped), streamed());
    expect(textsOf(sink)).toEqual(texts);
  });

  it('gives whole characters that were held back with a broken one', async () => {
    const mixed = await tinyTokenizer.encode('日', { addSpecialTokens: false });
    const { sink } = await play(stepPerToken([261, ...mixed, 142, 142], { finish: 'length' }));
    expect(sink.text()).toBe(' a日');
  });

  it('does not repeat text of a prompt that is no valid UTF-8', async () => {
    const prompt = { type: 'tokens' as const, tokenIds: [774, 1295, 240] };
    const { sink } = await play(stepPerToken([159, 142, 137, four, eos], stopped), { ...streamed(), prompt });
    expect(textsOf(sink)).toEqual(['', '', '🎉', ' four', '']);
  });

  it.each([
    [2, [' one', ' two three', ' four five', ' six']],
    [3, [' one', ' two three four', ' five six']],
    [100, [' one', ' two three four five six']],
  ])('groups %i tokens per delta', async (streamInterval, texts) => {
    const steps = stepPerToken([one, two, three, four, five, six, eos], stopped);
    expect(textsOf((await play(steps, streamed({ streamInterval }))).sink)).toEqual(texts);
    expect(textsOf((await play(steps, streamed({}), { limits: { streamInterval } })).sink)).toEqual(texts);
    expect(textsOf((await play(steps, streamed({ streamInterval: 1 }), { limits: { streamInterval } })).sink)).toEqual(
      texts,
    );
  });
});

describe('stop strings', () => {
  const steps = stepPerToken([one, two, three, four, eos], stopped);

  it.each<[string, readonly ScriptedStep[], TextRequestPatch['sampling'], string, string, number]>([
    ['one token', steps, { stop: [' two'] }, ' one', ' two', 2],
    ['several', steps, { stop: ['zzz', 'three'] }, ' one two ', 'three', 3],
    ['across tokens', steps, { stop: ['e tw'] }, ' on', 'e tw', 2],
    ['at the start', steps, { stop: [' one'] }, '', ' one', 1],
    ['kept', steps, { stop: ['hre'], includeStopStrInOutput: true }, ' one two thre', 'hre', 3],
    ['tokens after it in the same step', [{ ids: [one, two, three] }], { stop: ['two'] }, ' one ', 'two', 2],
    ['not before min_tokens', stepPerToken([two, one, one]), { stop: [' one'], minTokens: 2 }, ' two one', ' one', 3],
    [
      'of a character in four tokens',
      stepPerToken([7967, 32, 240, 159, 142, 137]),
      { stop: ['🎉'] },
      ' party ',
      '🎉',
      6,
    ],
    ['not in the prompt', stepPerToken([one, 4498]), { stop: ['France'] }, ' one ', 'France', 2],
  ])('%s: cuts the text and aborts', async (_, given, sampling, ...[text, stop, count]) => {
    for (const stream of [true, false]) {
      const { sink, engine } = await play(given, { stream, sampling });
      expect(sink.text()).toBe(text);
      const last = sink.deltas.at(-1);
      expect([last?.finishReason, last?.stopReason, last?.completionTokens]).toEqual(['stop', stop, count]);
      expect(sink.deltas.flatMap((d) => d.tokenIds)).toEqual(given.flatMap(({ ids }) => ids).slice(0, count));
      expect(engine.aborted).toEqual([engine.requests[0].requestId]);
      expect(engine.step()).toBe(false);
    }
  });

  it('does not abort what the engine has ended itself', async () => {
    const { sink, engine } = await play([{ ids: [one, two, eos], finish: 'stop' }], { sampling: { stop: ['two'] } });
    expect(sink.deltas).toEqual([
      delta({
        text: ' one ',
        tokenIds: [one, two],
        completionTokens: 2,
        finishReason: 'stop',
        stopReason: 'two',
        cachedTokens: 0,
        cacheCreationTokens: 0,
      }),
    ]);
    expect(engine.aborted).toEqual([]);
  });

  it('holds back what could become one, and gives it at the end', async () => {
    const { sink } = await play(stepPerToken([one, two, three, eos], stopped), streamed({ stop: ['XXXXXXXX'] }));
    expect(textsOf(sink)).toEqual(['', ' ', 'one tw', 'o three']);
    expect(sink.deltas.map((d) => d.completionTokens)).toEqual([1, 2, 3, 4]);
  });

  it('streams what it gives whole, for any tokens, steps and stop strings', async () => {
    const id = fc.oneof(fc.nat(8010), fc.constantFrom(one, two, three, 32, 240, 159, 142, 137, 240, 8001));
    const stops = fc.constantFrom('e', ' t', 'two', 'ree', '🎉', '\uFFFD', 'zz', 'x', ' one two');
    const input = fc.record({
      steps: fc.array(fc.array(id, { maxLength: 5 }), { minLength: 1, maxLength: 10 }),
      stop: fc.array(stops, { maxLength: 3 }),
      minTokens: fc.nat(4),
      includeStopStrInOutput: fc.boolean(),
      streamInterval: fc.constantFrom(1, 1, 2, 5),
      finish: fc.constantFrom('stop' as const, 'length' as const),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ steps, finish, ...sampling }) => {
        const script = [...steps.map((ids) => ({ ids })), { ids: [eos], finish }];
        const whole = (await play(script, { sampling })).sink;
        const cut = (await play(script, streamed(sampling))).sink;
        expect(whole.deltas.length).toBe(1);
        expect(cut.text()).toBe(whole.text());
        expect(cut.deltas.flatMap((d) => d.tokenIds)).toEqual(whole.deltas[0].tokenIds);
        const { finishReason, stopReason, completionTokens } = whole.deltas[0];
        expect(cut.deltas.at(-1)).toMatchObject({ finishReason, stopReason, completionTokens });
        expect(completionTokens).toBe(whole.deltas[0].tokenIds.length);
        expect(cut.deltas.filter((d) => /\p{Surrogate}/u.test(d.text))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('log probabilities', () => {
  // As float32, which is what engines send.
  const f = Math.fround;
  const table = (ids: readonly number[][], values: readonly number[][], ranks: readonly number[]) => ({
    ids,
    values,
    ranks,
  });

  it('names the tokens, keeps what was asked for and merges what is listed twice', async () => {
    const steps: ScriptedStep[] = [
      { ids: [395], logprobs: table([[395, 322, 395, 310]], [[-0.9, -0.15, -0.8, -2]], [3]) },
      {
        ids: [5993, eos],
        finish: 'stop',
        logprobs: table(
          [
            [5993, 322, 310, 7],
            [eos, eos, 5, 6],
          ],
          [
            [-3, -0.2, -0.3, -0.4],
            [-0.1, -0.1, -Infinity, -9],
          ],
          [9, 1],
        ),
      },
    ];
    const { sink } = await play(steps, { sampling: { logprobs: 2 } });
    expect(sink.deltas[0].logprobs).toEqual([
      [
        { tokenId: 395, text: ' is', logprob: f(-0.8), rank: 2 },
        { tokenId: 322, text: '', logprob: f(-0.15), rank: 1 },
      ],
      [
        { tokenId: 5993, text: ' Paris', logprob: -3, rank: 9 },
        { tokenId: 322, text: '', logprob: f(-0.2), rank: 1 },
        { tokenId: 310, text: ' h', logprob: f(-0.3), rank: 2 },
      ],
      [
        { tokenId: eos, text: '<|im_end|>', logprob: f(-0.1), rank: 1 },
        { tokenId: 5, text: tinyTokenizer.decode([5], { skipSpecialTokens: false }), logprob: -Infinity, rank: 2 },
      ],
    ]);
  });

  it('gives the parts of a character no text, its last token the whole', async () => {
    const ids = [32, 240, 159, 142, 137, 120];
    const steps = ids.map((id) => ({ ids: [id], logprobs: table([[id, 242]], [[-1, -2]], [1]) }));
    const { sink } = await play([...steps, { ids: [eos], finish: 'stop' }], streamed({ logprobs: 1 }));
    expect(sink.deltas.map((d) => d.logprobs?.map((row) => row[0].text))).toEqual([
      [' '],
      [''],
      [''],
      [''],
      ['🎉'],
      ['x'],
      ['<|im_end|>'],
    ]);
  });

  it('reports the ids asked for, all of them', async () => {
    const steps = [
      { ids: [261], finish: 'length' as const, logprobs: table([[261, 300, 400, eos]], [[-1, -2, -3, -4]], [7]) },
    ];
    const { sink } = await play(steps, { sampling: { logprobs: 1, logprobTokenIds: [300, 400, eos] } });
    expect(sink.deltas[0].logprobs?.[0].map(({ tokenId }) => tokenId)).toEqual([261, 300, 400, eos]);
  });

  it('drops the rows of tokens after a stop string, and names tokens without a row', async () => {
    const steps = [{ ids: [one, two, three], logprobs: table([[one]], [[-1]], [1]) }];
    const { sink } = await play(steps, { sampling: { logprobs: 0, stop: ['two'] } });
    expect(sink.deltas[0].logprobs).toEqual([
      [{ tokenId: one, text: ' one', logprob: -1, rank: 1 }],
      [{ tokenId: two, text: ' two', logprob: -Infinity, rank: undefined }],
    ]);
  });

  it('gives none when nobody asked', async () => {
    const { sink } = await play([{ ids: [one], finish: 'length', logprobs: table([[one]], [[-1]], [1]) }]);
    expect(sink.deltas[0].logprobs).toBeUndefined();
  });

  it('gives those of the prompt once, with the first delta of a sample', async () => {
    const promptLogprobs = table(
      [
        [7961, 322, 9],
        [307, 307, 9],
        [4498, 5, 9],
      ],
      [
        [-1, -2, -3],
        [-1, -1, -3],
        [-1, -2, -3],
      ],
      [5, 1, 2],
    );
    const steps: ScriptedStep[] = [
      { ids: [one], promptLogprobs },
      { ids: [eos], finish: 'stop' },
    ];
    const { sink } = await play(steps, streamed({ promptLogprobs: 1 }));
    const alternative = (tokenId: number, logprob: number, rank: number) => ({
      tokenId,
      text: tokenId === 322 ? '' : tinyTokenizer.decode([tokenId], { skipSpecialTokens: false }),
      logprob,
      rank,
    });
    expect(sink.deltas.map((d) => d.promptLogprobs)).toEqual([
      [
        undefined,
        [alternative(7961, -1, 5), alternative(322, -2, 1)],
        [alternative(307, -1, 1)],
        [alternative(4498, -1, 2), alternative(5, -2, 1)],
      ],
      undefined,
    ]);
  });
});

describe('several samples', () => {
  const script = (_: unknown, index: number): ScriptedStep[] =>
    [
      stepPerToken([261, eos], stopped),
      stepPerToken([289, two, three]),
      stepPerToken([one, two, three], { finish: 'length' }),
    ][index];

  it('end each for themselves', async () => {
    const sampling = { n: 3, stop: ['three'] };
    const { sink, engine, prepared } = await play([], { sampling }, { engine: { script } });
    expect(prepared.sampleCount).toBe(3);
    expect(sink.deltas.map((d) => [d.index, d.text, d.finishReason, d.stopReason, d.completionTokens])).toEqual([
      [0, ' a', 'stop', undefined, 2],
      [1, ' b two ', 'stop', 'three', 3],
      [2, ' one two ', 'stop', 'three', 3],
    ]);
    expect(engine.aborted).toEqual([engine.requests[1].requestId]);
  });

  it('are aborted together, once', async () => {
    const { text, engine } = tinyText({ engine: { script } });
    const sink = new CollectingSink();
    const generation = (await text.prepare(textRequest(streamed({ n: 3 })))).start(sink);
    engine.step();
    engine.step();
    const said = sink.deltas.length;
    generation.abort();
    generation.abort();
    engine.run();
    expect(engine.aborted).toEqual(engine.requests.slice(1).map(({ requestId }) => requestId));
    expect(sink.deltas.length).toBe(said);
    expect(generation.promptTokenIds).toEqual([784, 7961, 307, 4498]);
  });

  it('fail together', async () => {
    const failing = (_: unknown, index: number): ScriptedStep[] =>
      index === 0 ? stepPerToken([one, two, three]) : stepPerToken([one, two], { finish: 'error' });
    const { sink, engine } = await play([], streamed({ n: 2 }), { engine: { script: failing } });
    expect(sink.deltas.map((d) => [d.index, d.text])).toEqual([
      [0, ' one'],
      [1, ' one'],
      [0, ' two'],
    ]);
    expect(sink.errors).toEqual([new InternalError('Internal server error')]);
    expect(engine.aborted).toEqual([engine.requests[0].requestId]);
  });
});

describe('what the engine tells beside the tokens', () => {
  const experts = (...rows: readonly number[]) => ({
    dtype: '|u1',
    shape: [rows.length, 1, 1],
    bytes: Buffer.from(rows),
  });

  it.each([true, false])('comes with the last delta, streamed: %s', async (stream) => {
    const specDecodeMetrics = {
      numSpecTokens: 1,
      histogram: [1, 1],
      numDraftTokens: 2,
      perStepAccepted: [],
      perStepDrafted: [],
    };
    const { sink } = await play(
      [
        { ids: [], weightVersion: 'before any token' },
        { ids: [one], weightVersion: 'a', routedExperts: experts(1, 2, 3, 4) },
        { ids: [two, three], weightVersion: 'a', routedExperts: experts(5, 6) },
        { ids: [four], weightVersion: 'b', routedExperts: experts(7) },
        { ids: [five], weightVersion: 'a', finish: 'length', specDecodeMetrics },
      ],
      { stream },
    );
    const told = sink.deltas.map(({ weightVersions, routedExperts, specDecodeMetrics: metrics }) => ({
      weightVersions,
      experts: routedExperts && [...routedExperts.bytes],
      shape: routedExperts?.shape,
      metrics,
    }));
    expect(told.slice(0, -1).every((facts) => Object.values(facts).every((fact) => fact === undefined))).toBe(true);
    expect(told.at(-1)).toEqual({
      weightVersions: [
        { version: 'a', start: 0, end: 3 },
        { version: 'b', start: 3, end: 4 },
        { version: 'a', start: 4, end: 5 },
      ],
      experts: [1, 2, 3, 4, 5, 6, 7],
      shape: [7, 1, 1],
      metrics: specDecodeMetrics,
    });
  });

  it('is of the tokens that a stop string leaves', async () => {
    const { sink } = await play(
      [
        { ids: [one], weightVersion: 'a', routedExperts: experts(1, 2) },
        { ids: [two, three, four], weightVersion: 'b', routedExperts: experts(3, 4, 5) },
      ],
      { sampling: { stop: ['two'] } },
    );
    const [{ weightVersions, routedExperts }] = sink.deltas;
    expect(weightVersions).toEqual([
      { version: 'a', start: 0, end: 1 },
      { version: 'b', start: 1, end: 2 },
    ]);
    expect(routedExperts).toEqual(experts(1, 2, 3));
  });

  it('says of one delta that it is the last of all samples', async () => {
    const { text, engine } = tinyText({
      engine: { script: (_, index) => stepPerToken(index === 0 ? [one, two] : [one], { finish: 'length' }) },
    });
    const sink = new CollectingSink();
    (await text.prepare(textRequest(streamed({ n: 2 })))).start(sink);
    engine.run();
    expect(sink.deltas.map(({ index, finishReason, last }) => [index, finishReason, last])).toEqual([
      [0, undefined, false],
      [1, 'length', false],
      [0, 'length', true],
    ]);
  });
});

describe('failure', () => {
  it.each([
    ['without a reason', undefined, new InternalError('Internal server error')],
    [
      'of the request',
      { code: 'validation_error', message: 'bad grammar', retryable: false },
      new InvalidRequestError('bad grammar'),
    ],
    [
      'for now',
      { code: 'engine_paused', message: 'Generation is paused. Please retry after it resumes.', retryable: true },
      new UnavailableError('Generation is paused. Please retry after it resumes.'),
    ],
    [
      'for now, without a text',
      { code: 'x', message: '', retryable: true },
      new UnavailableError('Request failed; please retry'),
    ],
    ['for good', { code: 'x', message: 'secret', retryable: false }, new InternalError('Internal server error')],
  ])('%s', async (_, error, expected) => {
    const { sink, engine } = await play([{ ids: [one], finish: 'error', error }]);
    expect(sink.errors).toEqual([expected]);
    expect(sink.errors[0].constructor).toBe(expected.constructor);
    expect(sink.deltas).toEqual([]);
    expect(engine.aborted).toEqual([]);
  });

  it.each([
    [
      'at its first token: its constraint does not compile, or allows none',
      [{ ids: [one], finish: 'error' }],
      new InvalidRequestError('The engine could not follow the constraint of the structured output.'),
    ],
    [
      'after its first token: the constraint is not at fault',
      [{ ids: [one] }, { ids: [], finish: 'error' }],
      new InternalError('Internal server error'),
    ],
  ] as const)('of a constrained request without a reason, %s', async (_, steps, expected) => {
    const flags = { disableAnyWhitespace: false, disableAdditionalProperties: false, backendWasAuto: false };
    const { sink } = await play(steps, { sampling: { structuredOutputs: { regex: '[', ...flags } } });
    expect(sink.errors).toEqual([expected]);
    expect(sink.errors[0].constructor).toBe(expected.constructor);
  });

  it('tells once that the engine died', async () => {
    const { text, engine } = tinyText({ steps: stepPerToken([one, two, three]) });
    const sink = new CollectingSink();
    (await text.prepare(textRequest(streamed({ n: 2 })))).start(sink);
    engine.step();
    engine.die('gone');
    expect(sink.errors).toEqual([new InternalError('gone')]);
  });

  it('takes back the samples that went in when the engine refuses one', async () => {
    const { text, engine } = tinyText();
    const add = engine.add.bind(engine);
    engine.add = (request, sink) => {
      if (engine.requests.length === 2) {
        throw new UnavailableError('dead');
      }
      add(request, sink);
    };
    const prepared = await text.prepare(textRequest({ sampling: { n: 3 } }));
    expect(() => prepared.start(new CollectingSink())).toThrow('dead');
    expect(engine.aborted).toEqual(engine.requests.map(({ requestId }) => requestId));
  });

  it('adds no more samples after one failed while it was added', async () => {
    const { text, engine } = tinyText();
    engine.add = (request, sink) => {
      engine.requests.push(request);
      sink.fail(new InternalError('at once'));
    };
    const sink = new CollectingSink();
    (await text.prepare(textRequest({ sampling: { n: 3 } }))).start(sink);
    expect([engine.requests.length, sink.errors.length]).toEqual([1, 1]);
  });
});
