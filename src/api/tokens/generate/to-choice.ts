import type { TextDelta, TokenAlternative } from '@app/text';
import { chatLogprobsJson } from '@server/language/answers/chat-logprobs';
import { toAnswerMessage } from '@server/language/answers/to-answer-message';
import type { AnswerMessage } from '@server/language/answers/to-answer-message';
import { toFinishReason } from '@server/language/answers/to-finish-reason';
import { toNpyBase64 } from '@server/language/answers/to-npy';
import { logprobJson } from '@server/language/answers/token-logprobs';
import type { GenerateAnswerOptions, MessageOptions } from './generate-answer-options.js';

/** One choice, whole or a piece of it, in the key order of the wire. */
export function toChoice(options: GenerateAnswerOptions, delta: TextDelta): object {
  const { showsLogprobs, outputMode, message: messageOptions } = options;
  const message = messageOptions && readMessage(delta, messageOptions);
  const hidden = messageOptions?.hidesReasoning ?? false;
  return {
    index: delta.index,
    finish_reason: message ? message.finishReason : (delta.finishReason ?? null),
    stop_reason: delta.stopReason ?? null,
    token_ids: hidden ? null : delta.tokenIds,
    routed_experts: delta.routedExperts ? toNpyBase64(delta.routedExperts) : null,
    sampling_mask: null,
    weight_versions: delta.weightVersions ?? null,
    text: outputMode === 'text' ? delta.text : undefined,
    message: message?.json,
    logprobs: showsLogprobs && !hidden ? logprobsJson(delta, options) : null,
  };
}

/** What a chat would have answered with this text. */
function readMessage(delta: TextDelta, options: MessageOptions): ReadMessage {
  const { events, finishReason } = options.reading.createReader().read(delta);
  const json = toAnswerMessage(options, events);
  return {
    json,
    finishReason: toFinishReason(finishReason, json.tool_calls !== undefined && !options.namedToolChoice),
  };
}

interface ReadMessage {
  readonly json: AnswerMessage;
  readonly finishReason: string | null;
}

/** With text, as a chat has them; else by token id. */
function logprobsJson(delta: TextDelta, { outputMode, logprobsLimit, asTokenIds }: GenerateAnswerOptions): object {
  if (outputMode !== 'tokens') return chatLogprobsJson(delta, { limit: logprobsLimit, asTokenIds });
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
