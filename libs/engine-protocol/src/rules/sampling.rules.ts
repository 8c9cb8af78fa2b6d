import { isReleaseFrom } from '../layout/release-order.js';
import type { WireLayout } from '../layout/wire-layout.js';
import type { SamplingParams } from '../sampling-params.js';
import { MAX_COUNT, notCount, notTokenIds, outOfRange, type Rule } from './rule.js';
import { unsendable } from './unsendable.js';

const MAX_LOGPROB_TOKEN_IDS = 128;

/** What token ids are held against. */
export interface TokenFacts {
  /** Ids below it exist. */
  readonly tokenIdLimit: number;
}

/**
 * Every rule of vLLM's SamplingParams (engine protocol §5.6), for both ends: a broken one ends the input thread of vLLM's engine cores, so a client checks before
 * it sends, and our engine cores check what they decode. Before what the engine does to the values: a temperature below 0.01 is raised only then.
 */
const SAMPLING_RULES: readonly Rule<SamplingParams, TokenFacts>[] = [
  { field: 'presence_penalty', broken: ({ presencePenalty }) => outOfRange(presencePenalty, -2, 2) },
  { field: 'frequency_penalty', broken: ({ frequencyPenalty }) => outOfRange(frequencyPenalty, -2, 2) },
  { field: 'repetition_penalty', broken: ({ repetitionPenalty }) => notAbove0(repetitionPenalty, Number.MAX_VALUE) },
  { field: 'temperature', broken: ({ temperature }) => outOfRange(temperature, 0, Number.MAX_VALUE) },
  { field: 'temperature', since: '0.24.0', broken: ({ temperature }) => outOfRange(temperature, 0, 2) },
  { field: 'top_p', broken: ({ topP }) => notAbove0(topP, 1) },
  { field: 'top_k', broken: ({ topK }) => notCount(topK, -1) },
  { field: 'min_p', broken: ({ minP }) => outOfRange(minP, 0, 1) },
  { field: 'seed', broken: ({ seed }) => optional(seed, notSeed) },
  { field: 'max_tokens', broken: ({ maxTokens }) => notCount(maxTokens, 1) },
  { field: 'min_tokens', broken: ({ minTokens, maxTokens }) => notCount(minTokens, 0, maxTokens) },
  { field: 'logprobs', broken: ({ logprobs }) => optional(logprobs, (count) => notCount(count, -1)) },
  {
    field: 'prompt_logprobs',
    broken: ({ promptLogprobs }) => optional(promptLogprobs, (count) => notCount(count, -1)),
  },
  {
    field: 'logprob_token_ids',
    since: '0.20.0',
    broken: ({ logprobTokenIds: ids }, { tokenIdLimit }) =>
      ids && ids.length > MAX_LOGPROB_TOKEN_IDS
        ? `must have at most ${MAX_LOGPROB_TOKEN_IDS} ids, not ${ids.length}`
        : notTokenIds(ids ?? [], tokenIdLimit),
  },
  { field: 'stop', broken: ({ stop }) => hasEmpty(stop) },
  {
    field: 'stop',
    broken: ({ stop, detokenize }) => (stop.length > 0 && !detokenize ? 'needs detokenize' : undefined),
  },
  { field: 'bad_words', broken: ({ badWords }) => hasEmpty(badWords) },
  { field: 'stop_token_ids', broken: ({ stopTokenIds }, { tokenIdLimit }) => notTokenIds(stopTokenIds, tokenIdLimit) },
  {
    field: 'allowed_token_ids',
    broken: ({ allowedTokenIds: ids }, { tokenIdLimit }) =>
      ids?.length === 0 ? 'must not be empty' : notTokenIds(ids ?? [], tokenIdLimit),
  },
  {
    field: 'logit_bias',
    broken: ({ logitBias }, { tokenIdLimit }) => optional(logitBias, (bias) => notBias(bias, tokenIdLimit)),
  },
  { field: 'stream_interval', broken: ({ streamInterval }) => optional(streamInterval, (count) => notCount(count, 1)) },
  {
    field: 'thinking_token_budget',
    since: '0.19.0',
    broken: ({ thinkingTokenBudget }) =>
      optional(thinkingTokenBudget, (budget) => notCount(budget, 0, Number.MAX_SAFE_INTEGER)),
  },
  {
    field: 'repetition_detection.max_pattern_size',
    broken: ({ repetitionDetection }) =>
      optional(repetitionDetection, ({ maxPatternSize }) => notCount(maxPatternSize, 0)),
  },
  {
    field: 'repetition_detection.min_pattern_size',
    broken: ({ repetitionDetection }) =>
      optional(repetitionDetection, ({ minPatternSize, maxPatternSize }) =>
        notCount(minPatternSize, 0, maxPatternSize),
      ),
  },
  {
    field: 'repetition_detection.min_count',
    broken: ({ repetitionDetection }) =>
      optional(repetitionDetection, ({ minCount, maxPatternSize }) =>
        notCount(minCount, maxPatternSize > 0 ? 2 : -MAX_COUNT),
      ),
  },
  {
    field: 'routed_experts_prompt_start',
    since: '0.22.0',
    broken: ({ routedExpertsPromptStart: start }) => optional(start, (row) => notCount(row, 0)),
  },
  { field: 'extra_args', broken: ({ extraArgs }) => unsendable(extraArgs) },
  { field: 'structured_outputs', broken: ({ structuredOutputs }) => optional(structuredOutputs, notOneConstraint) },
  { field: '_eos_token_id', ours: true, broken: ({ eosTokenId: id }) => optional(id, (token) => notCount(token, 0)) },
  { field: '_all_stop_token_ids', ours: true, broken: ({ allStopTokenIds: ids }) => notTokenIds(ids, MAX_COUNT) },
  {
    field: '_bad_words_token_ids',
    ours: true,
    broken: ({ badWordsTokenIds = [] }, { tokenIdLimit }) =>
      first(badWordsTokenIds, (ids) => notTokenIds(ids, tokenIdLimit)),
  },
];

const rulesOfLayouts = new WeakMap<WireLayout, readonly Rule<SamplingParams, TokenFacts>[]>();

/** The rules that engines of this layout insist on. */
export function samplingRules(layout: WireLayout): readonly Rule<SamplingParams, TokenFacts>[] {
  let rules = rulesOfLayouts.get(layout);
  if (!rules) {
    rules = SAMPLING_RULES.filter(({ since }) => since === undefined || isReleaseFrom(since, layout.release));
    rulesOfLayouts.set(layout, rules);
  }
  return rules;
}

type Words = string | undefined;

function optional<T>(value: T | undefined, broken: (value: T) => Words): Words {
  return value === undefined ? undefined : broken(value);
}

function first<T>(values: readonly T[], broken: (value: T) => Words): Words {
  for (const value of values) {
    const words = broken(value);
    if (words !== undefined) return words;
  }
  return undefined;
}

function notAbove0(value: number, most: number): Words {
  return value > 0 && value <= most ? undefined : `must be above 0 and at most ${most}, not ${value}`;
}

/** What torch takes for a seed. */
function notSeed(seed: number | bigint): Words {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) return `must be an integer, not ${seed}`;
  return outOfRange(seed, -(2n ** 63n), 2n ** 64n - 1n);
}

function hasEmpty(words: readonly string[]): Words {
  return words.includes('') ? 'must not have an empty string' : undefined;
}

function notBias(bias: ReadonlyMap<number, number>, tokenIdLimit: number): Words {
  for (const value of bias.values()) if (!Number.isFinite(value)) return `must be finite numbers, not ${value}`;
  return notTokenIds([...bias.keys()], tokenIdLimit);
}

function notOneConstraint(constraint: NonNullable<SamplingParams['structuredOutputs']>): Words {
  const { json, regex, choice, grammar, jsonObject, structuralTag } = constraint;
  const given = [json, regex, choice, grammar, jsonObject, structuralTag].filter((value) => value !== undefined);
  return given.length === 1 ? undefined : `must have exactly one constraint, not ${given.length}`;
}
