import { InvalidRequestError } from '@app/errors';
import { pythonFloat, pythonInt } from '@app/python-text';
import type { ResolvedSampling } from './resolve-sampling.js';
import type { TextLimits } from './text-limits.js';
import type { BeamSearchRequest } from './text-request.js';

/** What `n` and `length_penalty` must be; vLLM calls `n` the beam width. Throws `InvalidRequestError`. */
export function checkBeams(
  { n }: ResolvedSampling,
  { lengthPenalty }: BeamSearchRequest,
  { maxSamples }: TextLimits,
): void {
  if (!(n >= 1)) {
    throw new InvalidRequestError(`beam_width must be at least 1, got ${pythonInt(n)}.`);
  }
  if (n > maxSamples) {
    throw new InvalidRequestError(
      `beam_width must be at most ${maxSamples}, got ${pythonInt(n)}. To increase this limit, set the VLLM_MAX_N_SEQUENCES environment variable.`,
    );
  }
  if (!Number.isFinite(lengthPenalty)) {
    const value = pythonFloat(lengthPenalty);
    throw new InvalidRequestError(`length_penalty must be a finite number, got ${value}.`, {
      param: 'length_penalty',
      value,
    });
  }
}

/**
 * Sampling of one step of one beam (completions-and-chat.md §9): one token, and the log probabilities of twice as many as there are beams, so that
 * enough remain when half of them end. With a list of allowed tokens exactly those are asked for. What else the request says of sampling is ignored.
 */
export function toBeamStepSampling(
  { n, temperature, allowedTokenIds }: ResolvedSampling,
  { speculativeDecoding }: TextLimits,
): ResolvedSampling {
  if (allowedTokenIds?.length === 0) {
    throw new InvalidRequestError('Beam search allowed_token_ids must not be empty');
  }
  if (allowedTokenIds && speculativeDecoding) {
    throw new InvalidRequestError('Beam allowlists with speculative decoding are not supported');
  }
  return {
    n: 1,
    temperature,
    topP: 1,
    topK: 0,
    minP: 0,
    repetitionPenalty: 1,
    presencePenalty: 0,
    frequencyPenalty: 0,
    maxTokens: 1,
    maxTokensField: 'max_tokens',
    minTokens: 0,
    stop: [],
    stopTokenIds: [],
    badWords: [],
    skipSpecialTokens: true,
    logprobs: allowedTokenIds ? undefined : 2 * n,
    logprobTokenIds: allowedTokenIds,
  };
}
