import { InvalidRequestError } from '@app/errors';
import { pythonInt, pythonList } from '@app/python-text';
import type { ResolvedSampling } from './resolve-sampling.js';
import { parseTokenId } from './sampling.rules.js';
import type { TextLimits } from './text-limits.js';
import { checkBadWords } from './to-bad-words-token-ids.js';

/** What one request is held against. */
export interface EngineFrontFacts {
  readonly promptTokenIds: readonly number[];
  readonly badWordsTokenIds: readonly (readonly number[])[];
  readonly dataParallelRank: number | undefined;
  readonly limits: TextLimits;
  readonly maxModelLen: number;
  /** Rows of the logits. */
  readonly vocabularySize: number;
  /** Ids that a prompt may have: those of the tokenizer and of the model. */
  readonly promptVocabularySize: number;
  readonly engineCount: number;
}

/**
 * The checks that vLLM makes on the way into the engine, in its words (completions-and-chat.md §4.3). Throws `InvalidRequestError`.
 * An engine core makes none of them: what passes here and should not can end it.
 */
export function checkForEngine(sampling: ResolvedSampling, facts: EngineFrontFacts): void {
  checkLogprobs(sampling, facts);
  checkTokenIds(sampling, facts);
  checkBadWords(sampling.badWords, facts.badWordsTokenIds, {
    maxBadWords: facts.limits.maxBadWords,
    vocabularySize: facts.vocabularySize,
  });
  checkFeatures(sampling, facts);
  checkPrompt(facts);
  checkRank(facts);
}

function checkLogprobs(sampling: ResolvedSampling, { limits, vocabularySize }: EngineFrontFacts): void {
  const max = limits.maxLogprobs === -1 ? vocabularySize : limits.maxLogprobs;
  const asked = {
    // With logprob_token_ids the count says nothing: those ids are what is reported.
    logprobs: { what: 'sample', count: sampling.logprobTokenIds ? undefined : sampling.logprobs },
    prompt_logprobs: { what: 'prompt', count: sampling.promptLogprobs },
  };
  for (const [param, { what, count = 0 }] of Object.entries(asked)) {
    const value = count === -1 ? vocabularySize : count;
    if (value > max) {
      throw new InvalidRequestError(
        `Requested ${what} logprobs of ${pythonInt(value)}, which is greater than max allowed: ${max}`,
        { param, value },
      );
    }
  }
  const length = sampling.logprobTokenIds?.length ?? 0;
  if (length > limits.maxLogprobTokenIds) {
    throw new InvalidRequestError(
      `Requested logprob_token_ids of length ${length}, which is greater than max allowed: ${limits.maxLogprobTokenIds}`,
      { param: 'logprob_token_ids', value: length },
    );
  }
}

function checkTokenIds(sampling: ResolvedSampling, { vocabularySize }: EngineFrontFacts): void {
  const lists = {
    logprob_token_ids: sampling.logprobTokenIds ?? [],
    logit_bias: Object.keys(sampling.logitBias ?? {}).map((key) => parseTokenId(key) ?? -1),
    stop_token_ids: sampling.stopTokenIds,
  };
  for (const [param, ids] of Object.entries(lists)) {
    const beyond = ids.filter((id) => !isTokenId(id, vocabularySize));
    if (beyond.length > 0) {
      throw new InvalidRequestError(
        `token_id(s) ${pythonList(beyond)} in ${param} contain out-of-vocab token ids. Vocabulary size: ${vocabularySize}`,
        { param, value: beyond },
      );
    }
  }
  const allowed = sampling.allowedTokenIds;
  if (allowed?.length === 0) {
    throw new InvalidRequestError('allowed_token_ids is not None and empty!', {
      param: 'allowed_token_ids',
      value: allowed,
    });
  }
  if (allowed?.some((id) => !isTokenId(id, vocabularySize))) {
    throw new InvalidRequestError('allowed_token_ids contains out-of-vocab token id!', {
      param: 'allowed_token_ids',
      value: allowed,
    });
  }
}

function checkFeatures(sampling: ResolvedSampling, { promptTokenIds, limits }: EngineFrontFacts): void {
  const start = sampling.routedExpertsPromptStart ?? 0;
  if (!(start >= 0 && start <= promptTokenIds.length && Number.isInteger(start))) {
    throw new InvalidRequestError(
      `routed_experts_prompt_start must be between 0 and the prompt length (${promptTokenIds.length}), inclusive.`,
      { param: 'routed_experts_prompt_start', value: start },
    );
  }
  if (limits.speculativeDecoding && (sampling.minP > 0 || sampling.logitBias)) {
    throw new InvalidRequestError(
      'The min_p and logit_bias sampling parameters are not yet supported with speculative decoding.',
    );
  }
  const budget = sampling.thinkingTokenBudget;
  if (budget !== undefined && !limits.reasoningConfigured) {
    throw new InvalidRequestError(
      'thinking_token_budget is set but reasoning_config is not configured. Please set --reasoning-parser and/or --reasoning-config to use thinking_token_budget.',
    );
  }
  if (budget !== undefined && !(Number.isInteger(budget) && budget >= 0)) {
    throw new InvalidRequestError('`thinking_token_budget` must be a non-negative integer or -1 for unlimited.', {
      param: 'thinking_token_budget',
      value: budget,
    });
  }
}

function checkPrompt({ promptTokenIds, maxModelLen, promptVocabularySize }: EngineFrontFacts): void {
  const length = promptTokenIds.length;
  if (length === 0) {
    throw new InvalidRequestError('The decoder prompt cannot be empty');
  }
  if (length > maxModelLen) {
    throw new InvalidRequestError(
      `The decoder prompt (length ${length}) is longer than the maximum model length of ${maxModelLen}. ` +
        'Make sure that `max_model_len` is no smaller than the number of text tokens.',
    );
  }
  if (length === maxModelLen) {
    throw new InvalidRequestError(
      `The decoder prompt (length ${length}) plus the number of requested output tokens (at least 1) is longer than the maximum model length of ${maxModelLen}. ` +
        'Make sure that `max_model_len` is no smaller than the number of text tokens (prompt + requested output tokens).',
    );
  }
  const beyond = promptTokenIds.find((id) => !isTokenId(id, promptVocabularySize));
  if (beyond !== undefined) {
    throw new InvalidRequestError(`Token id ${pythonInt(beyond)} is out of vocabulary`);
  }
}

function checkRank({ dataParallelRank: rank, engineCount }: EngineFrontFacts): void {
  if (rank !== undefined && !(Number.isInteger(rank) && rank >= 0 && rank < engineCount)) {
    throw new InvalidRequestError(`data_parallel_rank ${pythonInt(rank)} is out of range [0, ${engineCount}).`);
  }
}

function isTokenId(id: number | bigint, vocabularySize: number): boolean {
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < vocabularySize;
}
