import { InternalError, InvalidRequestError, ServerError, UnsupportedError } from '@app/errors';
import { anyEmbedsRequest, anyEngineRequest, neutralSampling } from '@testing/engine-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireCodec } from '../codec/wire-codec.js';
import type { EngineRequest } from '../engine-request.js';
import { KNOWN_RELEASES } from '../layout/release-layouts.js';
import { CURRENT_RELEASE, layoutForRelease, withMinimalRequest } from '../layout/wire-layout.js';
import type { SamplingParams, StructuredOutputs } from '../sampling-params.js';
import { checkRequest, type RequestFacts } from './check-request.js';
import { CONSTRAINT_RULES } from './constraint.rules.js';
import { REQUEST_RULES } from './request.rules.js';
import { samplingRules } from './sampling.rules.js';

const current: RequestFacts = { layout: layoutForRelease(CURRENT_RELEASE), maxModelLen: 64, vocabularySize: 1000 };
const facts = (release: string, more: Partial<RequestFacts> = {}): RequestFacts => ({
  ...current,
  layout: layoutForRelease(release),
  ...more,
});

function request(overrides: Partial<EngineRequest> = {}): EngineRequest {
  return {
    ...{ requestId: 'r', promptTokenIds: [1, 2, 3], arrivalTime: 1.5, priority: 0, sampling: neutralSampling() },
    ...overrides,
  };
}

const sampled = (overrides: Partial<SamplingParams>) => request({ sampling: neutralSampling(overrides) });

const regex: StructuredOutputs = {
  ...{ regex: 'a', backend: 'xgrammar' },
  ...{ disableAnyWhitespace: false, disableAdditionalProperties: false, backendWasAuto: true },
};
const constrained = (overrides: Partial<StructuredOutputs>) =>
  sampled({ structuredOutputs: { ...regex, regex: undefined, ...overrides } });

/** JSON of `levels` objects and arrays in each other. */
const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

const broken = {
  sampling: [
    ['presence_penalty', { presencePenalty: 2.1 }],
    ['presence_penalty', { presencePenalty: Number.NaN }],
    ['frequency_penalty', { frequencyPenalty: -2.1 }],
    ['repetition_penalty', { repetitionPenalty: 0 }],
    ['repetition_penalty', { repetitionPenalty: Number.POSITIVE_INFINITY }],
    ['temperature', { temperature: -0.1 }],
    ['temperature', { temperature: 2.1 }],
    ['temperature', { temperature: Number.POSITIVE_INFINITY }],
    ['top_p', { topP: 0 }],
    ['top_p', { topP: 1.1 }],
    ['top_k', { topK: -2 }],
    ['top_k', { topK: 0.5 }],
    ['top_k', { topK: 2 ** 31 }],
    ['min_p', { minP: 1.1 }],
    ['seed', { seed: 0.5 }],
    ['seed', { seed: 2n ** 64n }],
    ['max_tokens', { maxTokens: 0 }],
    ['max_tokens', { maxTokens: 1.5 }],
    ['min_tokens', { minTokens: 17 }],
    ['min_tokens', { minTokens: -1 }],
    ['logprobs', { logprobs: -2 }],
    ['prompt_logprobs', { promptLogprobs: 0.5 }],
    ['logprob_token_ids', { logprobTokenIds: Array<number>(129).fill(1) }],
    ['logprob_token_ids', { logprobTokenIds: [1000] }],
    ['stop', { stop: ['a', ''] }],
    ['stop', { stop: ['a'], detokenize: false }],
    ['bad_words', { badWords: [''] }],
    ['stop_token_ids', { stopTokenIds: [1000] }],
    ['stop_token_ids', { stopTokenIds: [-1] }],
    ['allowed_token_ids', { allowedTokenIds: [] }],
    ['allowed_token_ids', { allowedTokenIds: [1.5] }],
    ['logit_bias', { logitBias: new Map([[1000, 1]]) }],
    ['logit_bias', { logitBias: new Map([[1, Number.NaN]]) }],
    ['stream_interval', { streamInterval: 0 }],
    ['thinking_token_budget', { thinkingTokenBudget: -1 }],
    [
      'repetition_detection.max_pattern_size',
      { repetitionDetection: { maxPatternSize: -1, minPatternSize: -1, minCount: 2 } },
    ],
    [
      'repetition_detection.min_pattern_size',
      { repetitionDetection: { maxPatternSize: 1, minPatternSize: 2, minCount: 2 } },
    ],
    ['repetition_detection.min_count', { repetitionDetection: { maxPatternSize: 1, minPatternSize: 1, minCount: 1 } }],
    ['routed_experts_prompt_start', { routedExpertsPromptStart: -1 }],
    ['extra_args', { extraArgs: { a: [{ b: 2n ** 64n }] } }],
    ['extra_args', { extraArgs: { a: nested(129) } }],
    ['extra_args', { extraArgs: { a: () => 1 } }],
    ['extra_args', { extraArgs: { a: new Map([['b', new Date(0)]]) } }],
    ['structured_outputs', { structuredOutputs: { ...regex, json: {} } }],
    ['structured_outputs', { structuredOutputs: { ...regex, regex: undefined } }],
    ['_eos_token_id', { eosTokenId: -1 }],
    ['_all_stop_token_ids', { allStopTokenIds: [-1] }],
    ['_bad_words_token_ids', { badWordsTokenIds: [[1], [1000]] }],
  ] satisfies [string, Partial<SamplingParams>][],
  request: [
    ['request_id', { requestId: '' }],
    ['request_id', { requestId: 'x'.repeat(65_537) }],
    ['prompt', { promptTokenIds: [] }],
    ['prompt', { promptTokenIds: Array<number>(64).fill(1) }],
    ['prompt', { promptTokenIds: [1, 1000] }],
    ['prompt', { promptTokenIds: [1, -1] }],
    ['prompt', { promptTokenIds: [1, 1.5] }],
    [
      'prompt',
      { promptTokenIds: [2 ** 31], promptEmbeds: { dtype: 'float32', hiddenSize: 1, bytes: Buffer.alloc(4) } },
    ],
    ['arrival_time', { arrivalTime: Number.NaN }],
    ['lora_request', { lora: { name: '', id: 1, path: 'a' } }],
    ['lora_request', { lora: { name: 'a', id: 1, path: '' } }],
    ['lora_request', { lora: { name: 'a', id: 0, path: 'a' } }],
    ['cache_salt', { cacheSalt: 7 as unknown as string }],
    ['data_parallel_rank', { dataParallelRank: -1 }],
    ['client_index', { clientIndex: 1 }],
    ['current_wave', { currentWave: -1 }],
    ['priority', { priority: 0.5 }],
    ['trace_headers', { traceHeaders: { traceparent: 7 as unknown as string } }],
    ['external_req_id', { externalRequestId: 7 as unknown as string }],
    ['reasoning_parser_kwargs', { reasoningParserKwargs: { a: -(2n ** 63n) - 1n } }],
    ['session_id', { sessionId: 7 as unknown as string }],
  ] satisfies [string, Partial<EngineRequest>][],
  constraint: [
    ['json', { json: ' ' }],
    ['json', { json: { a: nested(64) } }],
    ['json', { json: JSON.stringify(nested(65)) }],
    ['json', { json: { a: 2n ** 64n } }],
    ['regex', { regex: 'a\0' }],
    ['choice', { choice: [], backend: 'guidance' }],
    ['choice', { choice: ['a'] }],
    ['grammar', { grammar: '\n' }],
    ['json_object', { jsonObject: false }],
    ['structural_tag', { structuralTag: '' }],
    ['structural_tag', { structuralTag: JSON.stringify(nested(81)) }],
    ['_backend', { regex: 'a', backend: undefined }],
    ['_backend', { regex: 'a', backend: 'xgramar' }],
  ] satisfies [string, Partial<StructuredOutputs>][],
};

describe('checkRequest', () => {
  const cases = [
    ...broken.sampling.map(([field, overrides]) => [field, sampled(overrides)] as const),
    ...broken.request.map(([field, overrides]) => [field, request(overrides)] as const),
    ...broken.constraint.map(([field, overrides]) => [`structured_outputs.${field}`, constrained(overrides)] as const),
  ];
  const ours = [...REQUEST_RULES, ...samplingRules(current.layout), ...CONSTRAINT_RULES].flatMap((rule) =>
    rule.ours === true ? [rule.field] : [],
  );

  it.each(cases)('refuses a broken %s, by its name', (field, bad) => {
    const error = thrownBy(() => checkRequest(bad, current));
    if (error instanceof InternalError) {
      expect(ours).toContain(field.replace('structured_outputs.', ''));
    } else {
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect((error as ServerError).param).toBe(field);
    }
    expect((error as Error).message).toMatch(new RegExp(`^${field.replace('.', '\\.')} .*\\.$`));
  });

  it('has a case for every rule', () => {
    const fieldsOf = (rules: readonly { readonly field: string }[]) => new Set(rules.map(({ field }) => field));
    const named = (list: readonly (readonly [string, unknown])[]) => new Set(list.map(([field]) => field));
    expect(named(broken.sampling)).toEqual(fieldsOf(samplingRules(current.layout)));
    expect(named(broken.request)).toEqual(fieldsOf(REQUEST_RULES));
    expect(named(broken.constraint)).toEqual(fieldsOf(CONSTRAINT_RULES));
  });

  it.each<[string, EngineRequest]>([
    ['the least', request()],
    ['a full prompt', request({ promptTokenIds: Array<number>(63).fill(999) })],
    [
      'a prompt of rows, whose ids are no tokens',
      request({ promptTokenIds: [5000], promptEmbeds: { dtype: 'float32', hiddenSize: 1, bytes: Buffer.alloc(4) } }),
    ],
    [
      'values at their bounds',
      sampled({
        temperature: 2,
        topP: 1,
        minP: 1,
        presencePenalty: -2,
        frequencyPenalty: 2,
        minTokens: 16,
        logprobs: -1,
        topK: -1,
      }),
    ],
    ['a seed of 64 bits', sampled({ seed: 2n ** 64n - 1n })],
    ['integers of 64 bits', sampled({ extraArgs: { a: 2n ** 64n - 1n, b: -(2n ** 63n), c: 1e300 } })],
    [
      'no repetition to detect',
      sampled({ repetitionDetection: { maxPatternSize: 0, minPatternSize: 0, minCount: 0 } }),
    ],
    ['a schema of 64 levels', constrained({ json: { a: nested(63) } })],
    [
      'a schema of 64 levels as text',
      constrained({ json: `{"a\\"[[": ${JSON.stringify(nested(63))}, "b": "${'['.repeat(99)}"}` }),
    ],
    ['a tag of 80 levels', constrained({ structuralTag: JSON.stringify(nested(80)) })],
    ['choices for a backend that takes them', constrained({ choice: ['a'], backend: 'guidance' })],
  ])('lets %s through', (_, good) => {
    expect(() => checkRequest(good, current)).not.toThrow();
  });

  it('knows the release of a rule', () => {
    expect(() => checkRequest(sampled({ temperature: 3 }), facts('0.23.0'))).not.toThrow();
    expect(() => checkRequest(sampled({ temperature: 3 }), facts('0.24.0'))).toThrow(
      'temperature must be between 0 and 2',
    );
  });

  it('keeps to one backend of structured outputs from 0.33 on', () => {
    const asked = constrained({ regex: 'a' });
    const used = { structuredOutputsBackend: 'guidance' };
    expect(() => checkRequest(asked, facts('0.32.0', used))).not.toThrow();
    expect(() => checkRequest(asked, facts('0.33.0', used))).toThrow(
      'structured_outputs._backend must be guidance, which the engine has used before.',
    );
  });

  it('asks an engine without that task for no text', () => {
    expect(() => checkRequest(request(), facts('0.33.0', { tasks: ['embed'] }))).toThrow(UnsupportedError);
    expect(() => checkRequest(request(), facts('0.33.0', { tasks: ['embed', 'generate'] }))).not.toThrow();
    expect(() => checkRequest(request(), facts('0.33.0', { tasks: [] }))).not.toThrow();
  });

  const lora = { name: 'a', id: 1, path: '/a' };
  it('sends no adapter to an engine that says that it runs none', () => {
    const asked = request({ lora });
    expect(thrownBy(() => checkRequest(asked, facts('0.33.0', { supportsLora: false })))).toEqual(
      new InvalidRequestError("Got lora_request 'a' but LoRA is not enabled!"),
    );
    expect(() => checkRequest(asked, facts('0.33.0', { supportsLora: true }))).not.toThrow();
    // Before 0.29 they do not tell.
    expect(() => checkRequest(asked, facts('0.28.0'))).not.toThrow();
  });

  const rows = { dtype: 'float32', hiddenSize: 1, bytes: Buffer.alloc(12) };
  it.each<[string, string, string, EngineRequest]>([
    ['prompt_is_token_ids', '0.20.2', '0.21.0', request({ promptEmbeds: { ...rows, isTokenId: [true, false, true] } })],
    ['reasoning_parser_kwargs', '0.20.0', '0.20.1', { ...constrained({ regex: 'a' }), reasoningParserKwargs: {} }],
    ['watermarking', '0.29.0', '0.30.0', sampled({ watermarking: true })],
    ['logprob_token_ids', '0.19.1', '0.20.0', sampled({ logprobTokenIds: [1] })],
    ['thinking_token_budget', '0.18.1', '0.19.0', sampled({ thinkingTokenBudget: 1 })],
    ['routed_experts_prompt_start', '0.21.0', '0.22.0', sampled({ routedExpertsPromptStart: 1 })],
    ['is_3d_lora_weight', '0.21.0', '0.22.0', request({ lora: { ...lora, is3dWeight: true } })],
  ])('refuses %s for %s, which lacks it, and not for %s', (field, lacks, has, asked) => {
    expect(thrownBy(() => checkRequest(asked, facts(lacks)))).toEqual(
      new UnsupportedError(`The engine takes no ${field}: its release lacks it, or is not known.`, { param: field }),
    );
    expect(() => checkRequest(asked, facts(has))).not.toThrow();
  });

  it.each<[string, EngineRequest]>([
    ['prompt_embeds', request({ promptEmbeds: rows })],
    ['client_index', request({ clientIndex: 1 })],
    ['priority', request({ priority: 1 })],
    ['reasoning_ended', { ...constrained({ regex: 'a' }), reasoningEnded: true }],
  ])('refuses %s where only nine elements are sure', (field, asked) => {
    const layout = withMinimalRequest(layoutForRelease('0.20.0'));
    const error = thrownBy(() => checkRequest(asked, { ...current, clientCount: 2, layout }));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect((error as ServerError).param).toBe(field);
    expect(() => checkRequest(asked, facts('0.20.0', { clientCount: 2 }))).not.toThrow();
  });

  it.each(KNOWN_RELEASES)('lets nothing through that %s would not decode', (release) => {
    const codec = new WireCodec(layoutForRelease(release));
    const bounds = facts(release, { maxModelLen: 1000, vocabularySize: undefined, clientCount: 8 });
    let sent = 0;
    fc.assert(
      fc.property(anyRequest, (asked) => {
        try {
          checkRequest(asked, bounds);
        } catch (error) {
          expect(error).toBeInstanceOf(ServerError);
          return;
        }
        sent++;
        const decoded = codec.decodeRequest(codec.encodeRequest(asked));
        // -0 is 0 on the wire.
        expect(decoded.promptTokenIds).toEqual(asked.promptTokenIds.map((id) => id + 0));
      }),
      { numRuns: 100 },
    );
    expect(sent).toBeGreaterThan(0);
  });

  it.each(broken.sampling)('and the decoder agree about a broken %s', (field, overrides) => {
    const codec = new WireCodec(current.layout);
    let frames: Buffer[];
    try {
      frames = codec.encodeRequest(sampled(overrides));
    } catch (error) {
      // No bytes stand for it.
      expect([RangeError, TypeError]).toContain((error as Error).constructor);
      return;
    }
    // Ids outside of the vocabulary are known to the engine core alone; -1 turns a budget off; NaN is no number on this wire.
    if (JSON.stringify(overrides, ids).includes('1000') || 'thinkingTokenBudget' in overrides) return;
    expect(() => codec.decodeRequest(frames)).toThrow(new RegExp(field.split('.')[0]));
  });
});

/** Requests of every kind, many of them with one value that some rule forbids. */
const anyNumber = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-1, 0, 1, 2 ** 31, 2 ** 53));
const anyText = fc.oneof(fc.string(), fc.constantFrom('', ' ', '\0', '{"a":[[', '[]'));
const anyIds = fc.array(anyNumber, { maxLength: 3 });
const wildSampling = fc.oneof(
  ...[
    ...['temperature', 'topP', 'topK', 'minP', 'seed', 'presencePenalty', 'frequencyPenalty', 'repetitionPenalty'],
    ...['maxTokens', 'minTokens', 'eosTokenId', 'logprobs', 'promptLogprobs', 'streamInterval', 'thinkingTokenBudget'],
    'routedExpertsPromptStart',
  ].map((name) => fc.record({ [name]: anyNumber })),
  ...['stopTokenIds', 'allStopTokenIds', 'logprobTokenIds', 'allowedTokenIds'].map((name) =>
    fc.record({ [name]: anyIds }),
  ),
  fc.record({ stop: fc.array(anyText), detokenize: fc.boolean() }),
  fc.record({ badWords: fc.array(anyText), badWordsTokenIds: fc.array(anyIds) }),
  fc.record({ logitBias: fc.array(fc.tuple(anyNumber, anyNumber)).map((entries) => new Map(entries)) }),
  fc.record({ extraArgs: fc.object({ withBigInt: true, withMap: true, withSet: true, withDate: true, maxDepth: 3 }) }),
  fc.record({
    repetitionDetection: fc.record({ maxPatternSize: anyNumber, minPatternSize: anyNumber, minCount: anyNumber }),
  }),
);
/** Nothing that the oldest release lacks. */
const OLD: Partial<SamplingParams> = {
  ...{ watermarking: false, logprobTokenIds: undefined, thinkingTokenBudget: undefined },
  ...{ routedExpertsPromptStart: undefined, structuredOutputs: undefined },
};
const anyRequest: fc.Arbitrary<EngineRequest> = fc
  .tuple(
    fc.oneof(anyEngineRequest, anyEmbedsRequest),
    fc.option(wildSampling, { nil: {} }),
    fc.oneof(fc.constant({}), fc.record({ priority: anyNumber }), fc.record({ promptTokenIds: anyIds })),
    fc.boolean(),
  )
  .map(([base, sampling, wild, plain]) => ({
    ...base,
    ...('promptTokenIds' in wild || plain ? { promptEmbeds: undefined } : {}),
    ...wild,
    sampling: { ...base.sampling, ...(plain ? OLD : {}), ...sampling },
  }));

function thrownBy(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Maps as their entries, bigints as text. */
function ids(_key: string, value: unknown): unknown {
  if (value instanceof Map) return [...value] as unknown[];
  return typeof value === 'bigint' ? String(value) : value;
}
