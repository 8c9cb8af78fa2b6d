import type { EngineRequest, EngineRequestFault, SamplingParams } from '@app/engine-protocol';
import { reportedCount } from '../sampler/logprob-table.js';

export interface RequestLimits {
  readonly maxModelLen: number;
  readonly vocabularySize: number;
  /** Outputs can be held to grammars. */
  readonly followsGrammars: boolean;
  /** It is known where thoughts end. */
  readonly boundsThoughts: boolean;
}

/**
 * Why the engine cannot run a request; undefined when it can. The front end checks all of this for its callers; here it protects the engine
 * from every other sender, so that no request can stop or stall it.
 */
export function findFault(request: EngineRequest, limits: RequestLimits): EngineRequestFault | undefined {
  const message =
    inputFault(request) ??
    promptFault(request.promptTokenIds, limits) ??
    numberFault(request.sampling) ??
    tokenIdFault(request.sampling, limits) ??
    logprobFault(request, limits) ??
    unsupportedFault(request.sampling, limits);
  return message === undefined ? undefined : { code: 'validation_error', message, retryable: false };
}

function inputFault({ promptEmbeds, lora }: EngineRequest): string | undefined {
  if (lora) return 'This engine has no LoRA adapters.';
  return promptEmbeds && 'This engine takes token ids only, no prompt embeddings.';
}

function promptFault(ids: readonly number[], { maxModelLen, vocabularySize }: RequestLimits): string | undefined {
  if (ids.length === 0) {
    return 'The prompt is empty.';
  }
  if (ids.length >= maxModelLen) {
    return `The prompt has ${ids.length} tokens; this model accepts at most ${maxModelLen - 1}.`;
  }
  const foreign = ids.find((id) => !isTokenId(id, vocabularySize));
  return foreign === undefined ? undefined : `Token id ${foreign} is out of vocabulary (${vocabularySize} tokens).`;
}

/** [field, smallest, largest] of the parameters that are any finite number in a range. */
const RANGES: readonly (readonly [keyof SamplingParams, number, number])[] = [
  ['temperature', 0, 2],
  ['topP', Number.MIN_VALUE, 1],
  ['minP', 0, 1],
  ['presencePenalty', -2, 2],
  ['frequencyPenalty', -2, 2],
  ['repetitionPenalty', Number.MIN_VALUE, Number.MAX_VALUE],
];

/** [field, smallest] of the whole numbers. */
const WHOLE_NUMBERS: readonly (readonly [keyof SamplingParams, number])[] = [
  ['topK', -1],
  ['maxTokens', 1],
  ['minTokens', 0],
  ['thinkingTokenBudget', 0],
  ['logprobs', -1],
  ['promptLogprobs', -1],
];

function numberFault(sampling: SamplingParams): string | undefined {
  for (const [field, least, most] of RANGES) {
    const value = sampling[field];
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      return `${field} is out of range.`;
    }
  }
  for (const [field, least] of WHOLE_NUMBERS) {
    const value = sampling[field];
    if (value !== undefined && !(typeof value === 'number' && Number.isSafeInteger(value) && value >= least)) {
      return `${field} must be a whole number of at least ${least}.`;
    }
  }
  const { seed, repetitionDetection } = sampling;
  if (!Array.isArray(sampling.stopTokenIds) || !Array.isArray(sampling.allStopTokenIds)) {
    return 'stopTokenIds and allStopTokenIds must be lists.';
  }
  if (seed !== undefined && typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
    return 'seed must be a whole number.';
  }
  if (repetitionDetection !== undefined && !Object.values(repetitionDetection).every(Number.isSafeInteger)) {
    return 'repetitionDetection must hold whole numbers.';
  }
  return undefined;
}

function tokenIdFault(sampling: SamplingParams, { vocabularySize }: RequestLimits): string | undefined {
  const lists: readonly (readonly [string, Iterable<number> | undefined])[] = [
    ['logitBias', sampling.logitBias?.keys()],
    ['allowedTokenIds', sampling.allowedTokenIds],
    ['logprobTokenIds', sampling.logprobTokenIds],
    ['badWordsTokenIds', sampling.badWordsTokenIds?.flat()],
  ];
  for (const [field, ids] of lists) {
    for (const id of ids ?? []) {
      if (!isTokenId(id, vocabularySize)) {
        return `${field} holds token id ${id}, which is out of vocabulary (${vocabularySize} tokens).`;
      }
    }
  }
  if (sampling.allowedTokenIds?.length === 0) {
    return 'allowedTokenIds must not be empty.';
  }
  const biases = [...(sampling.logitBias?.values() ?? [])];
  return biases.every((bias) => Math.abs(bias) <= 100) ? undefined : 'logitBias values must be from -100 to 100.';
}

const MOST_LOGPROB_TOKEN_IDS = 128;
/** Most log-probabilities one message may hold: 64 Mi of them are half a gibibyte. */
const MOST_PROMPT_LOGPROBS = 2 ** 26;

function logprobFault(
  { promptTokenIds, sampling }: EngineRequest,
  { vocabularySize }: RequestLimits,
): string | undefined {
  if ((sampling.logprobTokenIds?.length ?? 0) > MOST_LOGPROB_TOKEN_IDS) {
    return `logprobTokenIds may hold at most ${MOST_LOGPROB_TOKEN_IDS} ids.`;
  }
  const { logprobs, promptLogprobs } = sampling;
  if (Math.max(logprobs ?? 0, promptLogprobs ?? 0) > vocabularySize) {
    return `More log-probabilities are asked for than the vocabulary has tokens (${vocabularySize}).`;
  }
  if (promptLogprobs === undefined) {
    return undefined;
  }
  const columns = 1 + reportedCount({ top: promptLogprobs }, vocabularySize);
  return columns * promptTokenIds.length > MOST_PROMPT_LOGPROBS
    ? `${columns} log-probabilities for each of ${promptTokenIds.length} prompt tokens are too many.`
    : undefined;
}

function unsupportedFault(sampling: SamplingParams, limits: RequestLimits): string | undefined {
  if (sampling.structuredOutputs !== undefined && !limits.followsGrammars) {
    return 'This engine does not support structured outputs.';
  }
  if (sampling.thinkingTokenBudget !== undefined && !limits.boundsThoughts) {
    return 'This engine does not know where thoughts end: it cannot keep to a thinking token budget.';
  }
  return undefined;
}

function isTokenId(id: number, vocabularySize: number): boolean {
  return Number.isInteger(id) && id >= 0 && id < vocabularySize;
}
