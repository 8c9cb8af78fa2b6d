import fc from 'fast-check';
import type { EngineOutput, EngineOutputs, LogprobRows } from '../engine-output.js';
import type { EngineRequest, PromptEmbeds } from '../engine-request.js';
import type { SamplingParams, StructuredOutputs } from '../sampling-params.js';

const token = fc.nat({ max: 200_000 });
const tokens = fc.array(token, { maxLength: 40 });
const count = fc.nat({ max: 2 ** 31 - 1 });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const text = fc.string({ unit: 'binary' });
const record = fc.dictionary(fc.string(), fc.jsonValue());
const headers = fc.dictionary(fc.string(), text);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const structuredOutputs: fc.Arbitrary<StructuredOutputs> = fc
  .tuple(
    fc.oneof(
      fc.record({ json: fc.oneof(text, record) }),
      fc.record({ regex: text }),
      fc.record({ choice: fc.array(text) }),
      fc.record({ grammar: text }),
      fc.record({ jsonObject: fc.boolean() }),
      fc.record({ structuralTag: text }),
    ),
    fc.record({
      disableAnyWhitespace: fc.boolean(),
      disableAdditionalProperties: fc.boolean(),
      whitespacePattern: optional(text),
      backend: optional(fc.constantFrom('xgrammar', 'guidance')),
      backendWasAuto: fc.boolean(),
    }),
  )
  .map(([constraint, rest]) => ({ ...constraint, ...rest }));

const anySamplingParams: fc.Arbitrary<SamplingParams> = fc
  .record({
    temperature: fc.oneof(fc.constant(0), between(0.01, 2)),
    topP: between(0.001, 1),
    topK: count,
    minP: between(0, 1),
    seed: optional(fc.oneof(fc.nat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }))),
    presencePenalty: between(-2, 2),
    frequencyPenalty: between(-2, 2),
    repetitionPenalty: between(0.001, 100),
    maxTokens: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    minTokens: fc.constant(0),
    stopTokenIds: tokens,
    eosTokenId: optional(token),
    allStopTokenIds: tokens,
    ignoreEos: fc.boolean(),
    logprobs: optional(fc.integer({ min: -1, max: 20 })),
    promptLogprobs: optional(fc.integer({ min: -1, max: 20 })),
    logprobTokenIds: optional(tokens),
    logitBias: optional(fc.array(fc.tuple(token, between(-100, 100))).map((entries) => new Map(entries))),
    allowedTokenIds: optional(fc.array(token, { minLength: 1, maxLength: 40 })),
    badWords: fc.array(fc.string({ minLength: 1 })),
    badWordsTokenIds: optional(fc.array(tokens, { maxLength: 4 })),
    stop: fc.array(fc.string({ minLength: 1 })),
    includeStopStrInOutput: fc.boolean(),
    skipSpecialTokens: fc.boolean(),
    spacesBetweenSpecialTokens: fc.boolean(),
    detokenize: fc.constant(true),
    outputKind: fc.constantFrom('cumulative', 'delta', 'final-only'),
    streamInterval: optional(fc.integer({ min: 1, max: 100 })),
    watermarking: fc.boolean(),
    skipReadingPrefixCache: fc.boolean(),
    thinkingTokenBudget: optional(count),
    repetitionDetection: optional(
      fc.record({
        maxPatternSize: fc.integer({ min: 5, max: 9 }),
        minPatternSize: fc.nat(5),
        minCount: fc.integer({ min: 2, max: 9 }),
      }),
    ),
    routedExpertsPromptStart: optional(fc.integer({ min: 1, max: 100 })),
    structuredOutputs: optional(structuredOutputs),
    extraArgs: optional(record),
  })
  .map((params) => ({
    ...params,
    minTokens: params.maxTokens % 7,
    ...(params.temperature === 0 ? { topP: 1, topK: 0, minP: 0 } : {}),
  }));

/** Only what an engine core would accept: every rule of §5.6 holds. The prompt is tokens. */
export const anyEngineRequest: fc.Arbitrary<EngineRequest> = fc.record({
  requestId: text,
  promptTokenIds: tokens,
  sampling: anySamplingParams,
  arrivalTime: finite,
  // Rarely of three dimensions, which releases before 0.22 do not take.
  lora: fc.option(
    fc.record({
      name: fc.string({ minLength: 1 }),
      id: fc.integer({ min: 1 }),
      path: fc.string({ minLength: 1 }),
      baseModelName: optional(text),
      loadInplace: fc.boolean(),
      is3dWeight: fc.constantFrom(false, false, false, true),
    }),
    { nil: undefined, freq: 1 },
  ),
  cacheSalt: optional(text),
  dataParallelRank: optional(fc.nat(7)),
  clientIndex: fc.nat(7),
  currentWave: fc.nat(),
  priority: fc.integer(),
  traceHeaders: optional(headers),
  externalRequestId: optional(text),
  reasoningEnded: optional(fc.boolean()),
  reasoningParserKwargs: optional(record),
  sessionId: optional(text),
});

const FLOAT_BYTES: Readonly<Record<string, number>> = { bfloat16: 2, float16: 2, float32: 4, float64: 8 };

/** Rows for every token, or for those that `isTokenId` marks as none; data below and above the threshold of auxiliary frames. */
const promptEmbeds = ({ length }: readonly number[]): fc.Arbitrary<PromptEmbeds> =>
  fc.tuple(fc.constantFrom(...Object.keys(FLOAT_BYTES)), fc.nat(20)).chain(([dtype, hiddenSize]) => {
    const size = length * hiddenSize * FLOAT_BYTES[dtype];
    return fc.record({
      dtype: fc.constant(dtype),
      hiddenSize: fc.constant(hiddenSize),
      bytes: fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => Buffer.from(bytes)),
      isTokenId: optional(fc.array(fc.boolean(), { minLength: length, maxLength: length })),
    });
  });

/** The same with a prompt of rows, alone or among tokens. */
export const anyEmbedsRequest: fc.Arbitrary<EngineRequest> = anyEngineRequest.chain((request) =>
  promptEmbeds(request.promptTokenIds).map((embeds) => ({
    ...request,
    promptTokenIds: embeds.isTokenId ? request.promptTokenIds : request.promptTokenIds.map(() => 0),
    promptEmbeds: embeds,
  })),
);

/** Up to 5 rows of up to 80 columns: data below and above the threshold of auxiliary frames. */
const logprobRows: fc.Arbitrary<LogprobRows> = fc
  .tuple(fc.nat(5), fc.integer({ min: 1, max: 80 }))
  .chain(([rows, columns]) => {
    const exactly = (length: number) => ({ minLength: length, maxLength: length });
    return fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      tokenIds: fc.int32Array(exactly(rows * columns)),
      logprobs: fc.float32Array({ ...exactly(rows * columns), noNaN: true }),
      ranks: fc.array(fc.nat({ max: 2 ** 31 - 1 }), exactly(rows)),
    });
  });

/** Up to 768 bytes, inline and in frames of their own. */
const routedExperts = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }))
  .chain((shape) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return fc.record({
      dtype: fc.constant('|u1'),
      shape: fc.constant(shape),
      bytes: fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes)),
    });
  });

const engineOutput: fc.Arbitrary<EngineOutput> = fc.record({
  requestId: text,
  newTokenIds: tokens,
  logprobs: optional(logprobRows),
  promptLogprobs: optional(logprobRows),
  finishReason: optional(fc.constantFrom('stop', 'length', 'abort', 'error', 'repetition')),
  stopReason: optional(fc.oneof(token, text)),
  events: optional(
    fc.array(fc.record({ type: fc.constantFrom('queued', 'scheduled', 'preempted'), timestamp: finite }), {
      maxLength: 3,
    }),
  ),
  prefillStats: optional(
    fc.record({
      numPromptTokens: count,
      numComputedTokens: count,
      numCachedTokens: count,
      numLocalCachedTokens: count,
      numExternalCachedTokens: count,
      numCacheCreationTokens: count,
    }),
  ),
  kvTransferParams: optional(record),
  ecTransferParams: optional(record),
  traceHeaders: optional(headers),
  routedExperts: optional(routedExperts),
  specDecodeMetrics: optional(
    fc.record({
      numSpecTokens: fc.nat(9),
      histogram: fc.array(count, { maxLength: 9 }),
      numDraftTokens: count,
      perStepAccepted: fc.array(fc.nat(9), { maxLength: 20 }),
      perStepDrafted: fc.array(fc.nat(9), { maxLength: 20 }),
    }),
  ),
  error: optional(fc.record({ code: text, message: text, retryable: fc.boolean() })),
});

const prefixCacheStats = fc.record({
  ...{ reset: fc.boolean(), requests: count, queries: count, hits: count },
  hitsBySource: optional(fc.dictionary(text, count, { minKeys: 1 })),
});

export const anyEngineOutputs: fc.Arbitrary<EngineOutputs> = fc.record({
  engineIndex: fc.nat(7),
  outputs: fc.array(engineOutput, { maxLength: 4 }),
  schedulerStats: optional(
    fc.record({
      numRunningReqs: count,
      numWaitingReqs: count,
      numSkippedWaitingReqs: count,
      stepCounter: count,
      currentWave: count,
      kvCacheUsage: between(0, 1),
      prefixCacheStats,
      connectorPrefixCacheStats: optional(prefixCacheStats),
      kvFetchReqsByStage: fc.record({ waiting_to_start: count, in_progress: count, completed_waiting: count }),
      kvCacheEvictions: optional(
        fc.array(fc.record({ lifetimeSeconds: finite, idleSeconds: finite, reuseGapsSeconds: fc.array(finite) }), {
          minLength: 1,
        }),
      ),
      specDecodingStats: optional(
        fc.record({
          ...{ numDrafts: count, numDraftTokens: count, numAcceptedTokens: count },
          numAcceptedTokensPerPos: fc.array(count),
        }),
      ),
      kvConnectorStats: optional(fc.dictionary(text, fc.jsonValue())),
      perfStats: optional(fc.record({ numFlops: finite, numReadBytes: finite, numWriteBytes: finite })),
    }),
  ),
  timestamp: finite,
  utilityOutput: optional(
    fc.oneof(
      fc.record({
        callId: fc.oneof(fc.nat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n })),
        result: fc.jsonValue(),
      }),
      fc.record({ callId: fc.nat(), failureMessage: text }),
    ),
  ),
  finishedRequests: optional(fc.array(text)),
  waveComplete: optional(count),
  startWave: optional(count),
  weightVersion: optional(text),
});
