import { MalformedMessageError } from '../malformed-message.error.js';
import type { SamplingParams } from '../sampling-params.js';

/** SamplingParams while its keys arrive; what is absent takes its default. */
export type SamplingDraft = { -readonly [K in keyof SamplingParams]?: SamplingParams[K] } & {
  logitBias?: Map<number, number>;
};

/**
 * Defaults and rules of vLLM's SamplingParams (engine protocol §5.6), as its own decoder applies them: a temperature below 0.01 is raised, greedy
 * decoding resets the other sampling fields, -1 stands for "off". Throws MalformedMessageError for a broken rule.
 */
export function resolveSamplingParams(draft: SamplingDraft): SamplingParams {
  const temperature = resolveTemperature(draft.temperature ?? 1);
  const greedy = temperature === 0;
  const topK = draft.topK ?? 0;
  const detokenize = draft.detokenize ?? true;
  const maxTokens = draft.maxTokens ?? 16;
  const params: SamplingParams = {
    ...draft,
    temperature,
    topP: greedy ? 1 : within('top_p', draft.topP ?? 1, [Number.MIN_VALUE, 1]),
    topK: greedy ? 0 : Math.max(0, within('top_k', topK, [-1, MAX_COUNT])),
    minP: greedy ? 0 : within('min_p', draft.minP ?? 0, [0, 1]),
    seed: draft.seed === -1 ? undefined : draft.seed,
    presencePenalty: within('presence_penalty', draft.presencePenalty ?? 0, [-2, 2]),
    frequencyPenalty: within('frequency_penalty', draft.frequencyPenalty ?? 0, [-2, 2]),
    repetitionPenalty: within('repetition_penalty', draft.repetitionPenalty ?? 1, [Number.MIN_VALUE, Infinity]),
    maxTokens: within('max_tokens', maxTokens, [1, MAX_COUNT]),
    minTokens: within('min_tokens', draft.minTokens ?? 0, [0, maxTokens]),
    stopTokenIds: draft.stopTokenIds ?? [],
    allStopTokenIds: draft.allStopTokenIds ?? [],
    ignoreEos: draft.ignoreEos ?? false,
    badWords: noneEmpty('bad_words', draft.badWords ?? []),
    stop: noneEmpty('stop', draft.stop ?? []),
    includeStopStrInOutput: draft.includeStopStrInOutput ?? false,
    skipSpecialTokens: draft.skipSpecialTokens ?? true,
    spacesBetweenSpecialTokens: draft.spacesBetweenSpecialTokens ?? true,
    detokenize,
    outputKind: draft.outputKind ?? 'cumulative',
    skipReadingPrefixCache: draft.skipReadingPrefixCache ?? draft.promptLogprobs !== undefined,
    thinkingTokenBudget: draft.thinkingTokenBudget === -1 ? undefined : draft.thinkingTokenBudget,
    logitBias: draft.logitBias && clamped(draft.logitBias),
  };
  checkOptional(params);
  if (!detokenize && params.stop.length > 0) throw new MalformedMessageError('stop needs detokenize');
  return params;
}

/** Counts and ids beyond it are nonsense and would overflow 32-bit tensors. */
const MAX_COUNT = 0x7fff_ffff;

const MAX_LOGPROB_TOKEN_IDS = 128;

function resolveTemperature(temperature: number): number {
  within('temperature', temperature, [0, 2]);
  return temperature > 0 && temperature < 0.01 ? 0.01 : temperature;
}

function checkOptional(params: SamplingParams): void {
  const { logprobs, promptLogprobs, logprobTokenIds, allowedTokenIds, repetitionDetection, streamInterval } = params;
  if (logprobs !== undefined) within('logprobs', logprobs, [-1, MAX_COUNT]);
  if (promptLogprobs !== undefined) within('prompt_logprobs', promptLogprobs, [-1, MAX_COUNT]);
  if (logprobTokenIds) within('the length of logprob_token_ids', logprobTokenIds.length, [0, MAX_LOGPROB_TOKEN_IDS]);
  if (allowedTokenIds) within('the length of allowed_token_ids', allowedTokenIds.length, [1, MAX_COUNT]);
  if (streamInterval !== undefined) within('stream_interval', streamInterval, [1, MAX_COUNT]);
  if (params.thinkingTokenBudget !== undefined) {
    within('thinking_token_budget', params.thinkingTokenBudget, [0, MAX_COUNT]);
  }
  if (repetitionDetection) {
    const { maxPatternSize, minPatternSize, minCount } = repetitionDetection;
    within('max_pattern_size', maxPatternSize, [0, MAX_COUNT]);
    within('min_pattern_size', minPatternSize, [0, maxPatternSize]);
    within('min_count', minCount, [maxPatternSize > 0 ? 2 : 0, MAX_COUNT]);
  }
}

function within(name: string, value: number, [least, most]: readonly [number, number]): number {
  if (value >= least && value <= most) return value;
  throw new MalformedMessageError(`${name} is out of range: ${value}`);
}

function noneEmpty(name: string, words: readonly string[]): readonly string[] {
  if (words.includes('')) throw new MalformedMessageError(`${name} must not have an empty string`);
  return words;
}

function clamped(bias: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  return new Map([...bias].map(([token, value]) => [token, Math.min(100, Math.max(-100, value))]));
}
