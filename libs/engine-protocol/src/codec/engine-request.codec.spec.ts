import {
  anyEmbedsRequest,
  anyEngineRequest,
  anyMutatedFrames,
  capturedMessage,
  capturedMessages,
} from '@testing/engine-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineRequest } from '../engine-request.js';
import { KNOWN_RELEASES } from '../layout/release-layouts.js';
import { CURRENT_RELEASE, layoutForRelease, withMinimalRequest } from '../layout/wire-layout.js';
import { MalformedMessageError } from '../malformed-message.error.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import type { SamplingParams } from '../sampling-params.js';
import { WireCodec } from './wire-codec.js';

const codec032 = new WireCodec(layoutForRelease('0.32.0'));
const current = new WireCodec(layoutForRelease(CURRENT_RELEASE));

const addMessages = capturedMessages().filter(({ socket, frames }) => socket === 'input' && frames[0][0] === 0);

/** Requests for features this port does not have yet, or broken on purpose. */
const refused: Readonly<Record<string, string>> = {
  'ADD resumable, first chunk': 'resumable: streaming input is not supported',
  'ADD one image': 'mm_features: multimodal input is not supported',
  'ADD the same image again': 'mm_features: multimodal input is not supported',
  'ADD embed': 'pooling_params: pooling is not supported',
  'ADD late interaction, cache_query': 'pooling_params: pooling is not supported',
  'hostile ADD, float for max_tokens': 'sampling_params: max_tokens: expected an integer, found type byte 0xcb',
  'hostile ADD, LoRARequest in the layout of 0.31': 'lora_request: load_inplace must be a boolean',
};

/** Not from vLLM's HTTP server: these clients send more or fewer default values than it does. */
const otherSpelling = new Set([
  'ADD logprob_token_ids and allowed_token_ids',
  'ADD structured without _backend',
  'ADD minimal',
  'ADD with LoRA',
  'ADD with session_id, kv_hints, reasoning fields, priority',
  'ADD with trace_headers',
  'ADD that closes a resumable request',
  'ADD from vllm-rs 0.33',
  'hostile ADD, token id outside the vocabulary',
  'hostile ADD, id of a running request',
]);

describe('decodeRequest', () => {
  const decodable = addMessages.filter(({ name }) => !(name in refused));

  it.each(decodable.map((message) => [message.name, message] as const))('reads %s', (_, { frames, decoded }) => {
    expect(codec032.decodeRequest(frames.slice(1))).toEqual(expectedRequest(decoded, frames[2]));
  });

  it.each(Object.entries(refused))('refuses %s and names the request', (name, message) => {
    const { frames, decoded } = capturedMessage(name);
    const { request_id: requestId } = (decoded as { request: { request_id: string } }).request;
    expect(() => codec032.decodeRequest(frames.slice(1))).toThrow(
      expect.objectContaining({ name: 'MalformedMessageError', message, requestId }),
    );
  });

  it('reads what a newer front end appends, and fewer elements than it knows', () => {
    const { frames } = capturedMessage('ADD greedy');
    const older = new WireCodec(layoutForRelease('0.21.0'));
    expect(older.decodeRequest(frames.slice(1))).toEqual(codec032.decodeRequest(frames.slice(1)));
  });

  it.each<[string, Record<string, unknown>, Partial<SamplingParams>]>([
    ['no max_tokens as 16', {}, { maxTokens: 16 }],
    ['a temperature below 0.01 as 0.01', { temperature: 1e-9 }, { temperature: 0.01 }],
    [
      'greedy decoding without top_p, top_k and min_p',
      { temperature: 0, top_p: 0.5, top_k: 4, min_p: 0.1 },
      { topP: 1, topK: 0, minP: 0 },
    ],
    ['top_k -1 as off', { top_k: -1 }, { topK: 0 }],
    ['seed -1 as none', { seed: -1 }, { seed: undefined }],
    ['a thinking budget of -1 as none', { thinking_token_budget: -1 }, { thinkingTokenBudget: undefined }],
    ['one stop string as a list', { stop: 'END' }, { stop: ['END'] }],
    [
      'nulls as defaults',
      { stop: null, bad_words: null, logprobs: null },
      { stop: [], badWords: [], logprobs: undefined },
    ],
    ['prompt logprobs as a reason to skip the cache', { prompt_logprobs: 0 }, { skipReadingPrefixCache: true }],
    ['a bias beyond 100 as 100', { logit_bias: new Map([[7, 1000]]) }, { logitBias: new Map([[7, 100]]) }],
    ['unknown keys as nothing', { novelty: [1, { a: 2 }] }, {}],
  ])('takes %s', (_, keys, expected) => {
    const { sampling } = current.decodeRequest([request({ sampling: keys })]);
    expect(sampling).toEqual({ ...current.decodeRequest([request({})]).sampling, ...pick(keys), ...expected });
  });

  it.each<[string, Record<string, unknown>]>([
    ['temperature', { temperature: -0.1 }],
    ['temperature', { temperature: 2.1 }],
    ['temperature', { temperature: Number.POSITIVE_INFINITY }],
    ['temperature', { temperature: null }],
    ['temperature', { temperature: true }],
    ['top_p', { top_p: 0 }],
    ['top_p', { top_p: 1.5 }],
    ['top_k', { top_k: -2 }],
    ['top_k', { top_k: 1.5 }],
    ['min_p', { min_p: 1.1 }],
    ['presence_penalty', { presence_penalty: 2.5 }],
    ['frequency_penalty', { frequency_penalty: -2.5 }],
    ['repetition_penalty', { repetition_penalty: 0 }],
    ['n', { n: 0 }],
    ['max_tokens', { max_tokens: 0 }],
    ['max_tokens', { max_tokens: null }],
    ['min_tokens', { min_tokens: 5, max_tokens: 4 }],
    ['logprobs', { logprobs: -2 }],
    ['prompt_logprobs', { prompt_logprobs: -2 }],
    ['logprob_token_ids', { logprob_token_ids: Array.from({ length: 129 }, () => 1) }],
    ['allowed_token_ids', { allowed_token_ids: [] }],
    ['logit_bias', { logit_bias: { '7': 1 } }],
    ['logit_bias', { logit_bias: new Map([[7, Number.NaN]]) }],
    ['stop', { stop: [''] }],
    ['stop needs detokenize', { stop: ['a'], detokenize: false }],
    ['bad_words', { bad_words: [''] }],
    ['output_kind', { output_kind: 3 }],
    ['stream_interval', { stream_interval: 0 }],
    ['min_count', { repetition_detection: { max_pattern_size: 2, min_count: 1 } }],
    ['min_pattern_size', { repetition_detection: { max_pattern_size: 2, min_pattern_size: 3, min_count: 2 } }],
    ['exactly one constraint', { structured_outputs: {} }],
    ['exactly one constraint', { structured_outputs: { regex: 'a', json_object: true } }],
    ['trace_decode_token_ids', { trace_decode_token_ids: [1] }],
  ])('refuses a broken rule of %s', (name, keys) => {
    expect(() => current.decodeRequest([request({ sampling: keys })])).toThrow(
      expect.objectContaining({ name: 'MalformedMessageError', requestId: 'r' }),
    );
    expect(() => current.decodeRequest([request({ sampling: keys })])).toThrow(matching(name));
  });

  it.each<[string, unknown[]]>([
    ['no id', [null, [1], null, {}, null, 0]],
    ['a number for its id', [1, [1], null, {}, null, 0]],
    ['no prompt', ['r', null, null, {}, null, 0]],
    ['no parameters', ['r', [1], null, null, null, 0]],
    ['no arrival time', ['r', [1], null, {}, null]],
    ['an arrival time of NaN', ['r', [1], null, {}, null, Number.NaN]],
    ['a string among its tokens', ['r', [1, 'x'], null, {}, null, 0]],
    ['a map instead of an array', ['r', { a: 1 }, null, {}, null, 0]],
  ])('refuses a request with %s', (_, elements) => {
    const writer = new MsgpackWriter();
    writer.any(elements);
    const payload = writer.take();
    expect(() => current.decodeRequest([payload])).toThrow(MalformedMessageError);
  });

  it.each<[string, { ids?: unknown; rows?: unknown; isTokenId?: unknown }]>([
    ['rows and as many ids, but no marks', { ids: [1, 2], rows: ['float16', [2, 1], Buffer.alloc(4)] }],
    ['rows and marks, but no ids', { rows: ['float16', [2, 1], Buffer.alloc(4)], isTokenId: [true, false] }],
    ['fewer rows than ids', { ids: [1, 2], rows: ['float16', [1, 1], Buffer.alloc(2)], isTokenId: [true, false] }],
    ['fewer marks than ids', { ids: [1, 2], rows: ['float16', [2, 1], Buffer.alloc(4)], isTokenId: [true] }],
    ['neither ids nor rows', {}],
    ['rows of integers', { rows: ['int16', [2, 1], Buffer.alloc(4)] }],
    ['one row that is no matrix', { rows: ['float16', [2], Buffer.alloc(4)] }],
    ['rows that are too short', { rows: ['float16', [2, 2], Buffer.alloc(4)] }],
    ['rows in a frame that is not there', { rows: ['float16', [2, 2], 7] }],
    ['marks that are numbers', { ids: [1], rows: ['float16', [1, 1], Buffer.alloc(2)], isTokenId: [1] }],
  ])('refuses a prompt of %s', (_, { ids = null, rows, isTokenId = null }) => {
    const writer = new MsgpackWriter();
    writer.arrayHeader(11);
    for (const element of ['r', ids, null, {}, null, 1.5, null, null, null]) writer.any(element);
    writeRows(writer, rows);
    writer.any(isTokenId);
    const payload = writer.take();
    expect(() => current.decodeRequest([payload])).toThrow(
      expect.objectContaining({ name: 'MalformedMessageError', requestId: 'r' }),
    );
  });

  it('throws nothing but MalformedMessageError for a damaged message', () => {
    const whole = addMessages.map(({ frames }) => frames.slice(1));
    let refused = 0;
    fc.assert(
      fc.property(anyMutatedFrames(whole), (frames) => {
        try {
          codec032.decodeRequest(frames);
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  it('refuses a message without frames', () => {
    expect(() => current.decodeRequest([])).toThrow(MalformedMessageError);
  });
});

describe('encodeRequest', () => {
  const written = addMessages.filter(({ name }) => !(name in refused));

  it.each(written.filter(({ name }) => !otherSpelling.has(name)).map((message) => [message.name, message] as const))(
    'writes %s byte by byte as vLLM does',
    (_, { frames }) => {
      expect(codec032.encodeRequest(codec032.decodeRequest(frames.slice(1)))).toEqual(frames.slice(1));
    },
  );

  it.each(written.filter(({ name }) => otherSpelling.has(name)).map((message) => [message.name, message] as const))(
    'writes %s with the same meaning',
    (_, { frames }) => {
      const meaning = codec032.decodeRequest(frames.slice(1));
      const again = codec032.decodeRequest(codec032.encodeRequest(meaning));
      expect(again).toEqual({
        ...meaning,
        clientIndex: meaning.clientIndex ?? 0,
        currentWave: meaning.currentWave ?? 0,
        sampling: {
          ...meaning.sampling,
          watermarking: meaning.sampling.watermarking ?? false,
          routedExpertsPromptStart: meaning.sampling.routedExpertsPromptStart || undefined,
        },
      });
    },
  );

  it.each(KNOWN_RELEASES)('loses nothing that %s has a place for', (release) => {
    const layout = layoutForRelease(release);
    const codec = new WireCodec(layout);
    fc.assert(
      fc.property(anyEngineRequest, (sent) => {
        expect(codec.decodeRequest(codec.encodeRequest(sent))).toEqual(knownTo(layout.structs, sent));
      }),
      { numRuns: 20 },
    );
  });

  it.each(KNOWN_RELEASES)('loses no row on the way to %s, where there is a place for it', (release) => {
    const layout = layoutForRelease(release);
    const codec = new WireCodec(layout);
    const takesBoth = layout.structs.EngineCoreRequest.includes('prompt_is_token_ids');
    fc.assert(
      fc.property(anyEmbedsRequest, (sent) => {
        fc.pre(takesBoth || !sent.promptEmbeds?.isTokenId);
        expect(codec.decodeRequest(codec.encodeRequest(sent))).toEqual(knownTo(layout.structs, sent));
      }),
      { numRuns: 20 },
    );
  });

  it('sends the very bytes of the rows, without a copy', () => {
    const good = current.decodeRequest([request({})]);
    const bytes = new Uint8Array(256);
    const frames = current.encodeRequest({ ...good, promptEmbeds: { dtype: 'float16', hiddenSize: 64, bytes } });
    expect(frames).toHaveLength(2);
    expect(frames[1].buffer).toBe(bytes.buffer);
  });

  it('can be cut to the nine elements every release reads', () => {
    const codec = new WireCodec(withMinimalRequest(layoutForRelease('0.20.0')));
    fc.assert(
      fc.property(anyEngineRequest, (sent) => {
        const frames = codec.encodeRequest(sent);
        expect(frames[0][0]).toBe(0x99);
        for (const release of KNOWN_RELEASES) new WireCodec(layoutForRelease(release)).decodeRequest(frames);
      }),
      { numRuns: 20 },
    );
  });

  it('does not send a number the engine would refuse, and is none the worse for it', () => {
    const good = current.decodeRequest([request({})]);
    expect(() => current.encodeRequest({ ...good, promptTokenIds: [1, 1.5] })).toThrow(RangeError);
    expect(current.decodeRequest(current.encodeRequest(good))).toEqual({
      ...good,
      clientIndex: 0,
      currentWave: 0,
      sampling: { ...good.sampling, watermarking: false },
    });
  });
});

/** The payload of an ADD of nine elements. */
function request({ sampling = {} }: { readonly sampling?: Record<string, unknown> }): Buffer {
  const writer = new MsgpackWriter();
  writer.any(['r', [1, 2], null, sampling, null, 1.5, null, null, null]);
  return writer.take();
}

function writeRows(writer: MsgpackWriter, rows: unknown): void {
  if (!Array.isArray(rows)) return writer.nil();
  const [dtype, shape, data] = rows as [string, number[], Buffer | number];
  writer.arrayHeader(3);
  writer.string(dtype);
  writer.ints(shape);
  if (typeof data === 'number') writer.int(data);
  else writer.rawView(data);
}

/** The plain keys of a case, which the decoded form repeats in camelCase. */
function pick(keys: Record<string, unknown>): Partial<SamplingParams> {
  return {
    ...('temperature' in keys ? { temperature: keys['temperature'] as number } : {}),
    ...('prompt_logprobs' in keys ? { promptLogprobs: keys['prompt_logprobs'] as number } : {}),
  };
}

function matching(text: string): RegExp {
  return new RegExp(text);
}

/** The fixture's sparse snake_case form as the domain type. `auxiliary`: the frame that its rows are in. */
function expectedRequest(decoded: unknown, auxiliary: Buffer | undefined): EngineRequest {
  const wire = (decoded as { request: Record<string, unknown> }).request;
  const { sampling_params, client_index, current_wave, elements, prompt_embeds: rows, lora_request: lora } = wire;
  const full = (elements as number) > 9;
  const named = (from: Record<string, unknown>, names: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(names).flatMap(([key, name]) => (key in from ? [[name, from[key]]] : [])));
  return {
    ...(full ? { clientIndex: client_index ?? 0, currentWave: current_wave ?? 0 } : {}),
    priority: 0,
    ...named(wire, {
      request_id: 'requestId',
      prompt_token_ids: 'promptTokenIds',
      arrival_time: 'arrivalTime',
      cache_salt: 'cacheSalt',
      data_parallel_rank: 'dataParallelRank',
      priority: 'priority',
      trace_headers: 'traceHeaders',
      external_req_id: 'externalRequestId',
      reasoning_ended: 'reasoningEnded',
      reasoning_parser_kwargs: 'reasoningParserKwargs',
      session_id: 'sessionId',
    }),
    ...(lora ? { lora: expectedLora(lora as Record<string, unknown>) } : {}),
    ...(rows ? expectedPrompt(rows as WireRows, auxiliary) : {}),
    sampling: expectedSampling(sampling_params as Record<string, unknown>, named),
  } as unknown as EngineRequest;
}

function expectedLora(wire: Readonly<Record<string, unknown>>): unknown {
  return {
    name: wire['lora_name'],
    id: wire['lora_int_id'],
    path: wire['lora_path'],
    baseModelName: wire['base_model_name'] ?? undefined,
    loadInplace: wire['load_inplace'],
    is3dWeight: wire['is_3d_lora_weight'],
  };
}

interface WireRows {
  readonly dtype: string;
  readonly shape: readonly [number, number];
}

function expectedPrompt({ dtype, shape: [count, hiddenSize] }: WireRows, bytes: Buffer | undefined): object {
  return { promptTokenIds: Array<number>(count).fill(0), promptEmbeds: { dtype, hiddenSize, bytes } };
}

type Named = (from: Record<string, unknown>, names: Readonly<Record<string, string>>) => Record<string, unknown>;

function expectedSampling(wire: Record<string, unknown>, named: Named): SamplingParams {
  const constraint = wire['structured_outputs'] as Record<string, unknown> | undefined;
  const bias = wire['logit_bias'] as Record<string, number> | undefined;
  const patterns = wire['repetition_detection'] as Record<string, unknown> | undefined;
  return {
    ...{ temperature: 1, topP: 1, topK: 0, minP: 0, presencePenalty: 0, frequencyPenalty: 0, repetitionPenalty: 1 },
    ...{ minTokens: 0, stopTokenIds: [], allStopTokenIds: [], ignoreEos: false, badWords: [], stop: [] },
    ...{ includeStopStrInOutput: false, skipSpecialTokens: true, spacesBetweenSpecialTokens: true, detokenize: true },
    ...named(wire, {
      ...{ temperature: 'temperature', top_p: 'topP', top_k: 'topK', min_p: 'minP', seed: 'seed', stop: 'stop' },
      ...{ presence_penalty: 'presencePenalty', frequency_penalty: 'frequencyPenalty', ignore_eos: 'ignoreEos' },
      ...{ repetition_penalty: 'repetitionPenalty', max_tokens: 'maxTokens', min_tokens: 'minTokens' },
      ...{ stop_token_ids: 'stopTokenIds', _eos_token_id: 'eosTokenId', _all_stop_token_ids: 'allStopTokenIds' },
      ...{ logprobs: 'logprobs', prompt_logprobs: 'promptLogprobs', logprob_token_ids: 'logprobTokenIds' },
      ...{ allowed_token_ids: 'allowedTokenIds', bad_words: 'badWords', _bad_words_token_ids: 'badWordsTokenIds' },
      ...{ include_stop_str_in_output: 'includeStopStrInOutput', skip_special_tokens: 'skipSpecialTokens' },
      ...{ spaces_between_special_tokens: 'spacesBetweenSpecialTokens', detokenize: 'detokenize' },
      ...{ stream_interval: 'streamInterval', watermarking: 'watermarking', extra_args: 'extraArgs' },
      ...{ skip_reading_prefix_cache: 'skipReadingPrefixCache', thinking_token_budget: 'thinkingTokenBudget' },
      routed_experts_prompt_start: 'routedExpertsPromptStart',
    }),
    ...(wire['temperature'] === 0 ? { topP: 1, topK: 0, minP: 0 } : {}),
    outputKind: (['cumulative', 'delta', 'final-only'] as const)[(wire['output_kind'] as number | undefined) ?? 0],
    skipReadingPrefixCache: wire['skip_reading_prefix_cache'] ?? false,
    logitBias: bias && new Map(Object.entries(bias).map(([token, value]) => [Number(token), value])),
    repetitionDetection:
      patterns &&
      named(patterns, {
        max_pattern_size: 'maxPatternSize',
        min_pattern_size: 'minPatternSize',
        min_count: 'minCount',
      }),
    structuredOutputs:
      constraint &&
      Object.fromEntries(
        Object.entries(
          named(constraint, {
            ...{ json: 'json', regex: 'regex', choice: 'choice', grammar: 'grammar', json_object: 'jsonObject' },
            ...{ structural_tag: 'structuralTag', disable_any_whitespace: 'disableAnyWhitespace' },
            ...{ disable_additional_properties: 'disableAdditionalProperties', _backend: 'backend' },
            ...{ whitespace_pattern: 'whitespacePattern', _backend_was_auto: 'backendWasAuto' },
          }),
        ).filter(([, value]) => value !== null),
      ),
  } as unknown as SamplingParams;
}

/** What is left of a request on a release that lacks some of its fields. */
function knownTo(structs: WireCodec['layout']['structs'], sent: EngineRequest): EngineRequest {
  const has = (field: string) => structs.EngineCoreRequest.includes(field);
  const samples = (key: string) => structs.SamplingParams.includes(key);
  const { sampling } = sent;
  return {
    ...sent,
    lora: sent.lora && {
      ...sent.lora,
      is3dWeight: structs.LoRARequest.includes('is_3d_lora_weight') && sent.lora.is3dWeight,
    },
    reasoningParserKwargs: has('reasoning_parser_kwargs') ? sent.reasoningParserKwargs : undefined,
    sessionId: has('session_id') ? sent.sessionId : undefined,
    sampling: {
      ...sampling,
      watermarking: samples('watermarking') ? sampling.watermarking : undefined,
      logprobTokenIds: samples('logprob_token_ids') ? sampling.logprobTokenIds : undefined,
      streamInterval: samples('stream_interval') ? sampling.streamInterval : undefined,
      thinkingTokenBudget: samples('thinking_token_budget') ? sampling.thinkingTokenBudget : undefined,
      routedExpertsPromptStart: samples('routed_experts_prompt_start') ? sampling.routedExpertsPromptStart : undefined,
    },
  };
}
