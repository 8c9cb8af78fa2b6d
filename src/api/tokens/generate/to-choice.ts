import type { TextDelta, TokenAlternative } from '@app/text';
import { chatLogprobsJson } from '@server/language/answers/chat-logprobs';
import { toNpyBase64 } from '@server/language/answers/to-npy';
import { logprobJson } from '@server/language/answers/token-logprobs';
import type { GenerateAnswerOptions } from './generate-answer-options.js';

/** One choice, whole or a piece of it, in the key order of the wire. */
export function toChoice(options: GenerateAnswerOptions, delta: TextDelta): object {
  const { showsLogprobs, outputMode } = options;
  return {
    index: delta.index,
    finish_reason: delta.finishReason ?? null,
    stop_reason: delta.stopReason ?? null,
    token_ids: delta.tokenIds,
    routed_experts: delta.routedExperts ? toNpyBase64(delta.routedExperts) : null,
    sampling_mask: null,
    weight_versions: delta.weightVersions ?? null,
    text: outputMode === 'text' ? delta.text : undefined,
    logprobs: showsLogprobs ? logprobsJson(delta, options) : null,
  };
}

/** With text, as a chat has them; else by token id. */
function logprobsJson(delta: TextDelta, { outputMode, asTokenIds }: GenerateAnswerOptions): object {
  if (outputMode === 'text') return chatLogprobsJson(delta, { limit: undefined, asTokenIds });
  const { logprobs = [] } = delta;
  return {
    content: logprobs.map((alternatives) => ({
      ...tokenJson(alternatives[0]),
      top_logprobs: alternatives.map(tokenJson),
    })),
  };
}

function tokenJson({ tokenId, logprob, rank }: TokenAlternative): object {
  return { token_id: tokenId, logprob: logprobJson(logprob), rank: rank ?? null };
}
