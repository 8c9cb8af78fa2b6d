import { jsonText } from '@server/language/answers/json-text';
import type { RawJson } from '@server/language/answers/json-text';
import { usageJson } from '@server/language/answers/usage';
import type { AnswerHead } from '@server/api/openai/shared/to-shared-answer-options';
import { metricsJson, promptLogprobsOf, usageOf } from '@server/api/openai/shared/derender/passed-on';
import { toChatBody } from '../to-chat-response.js';
import type { DerenderChatChunkRequest, DerenderChatRequest } from './dto/derender-chat-request.dto.js';

/** The body of `/v1/chat/completions` for a whole answer that was generated elsewhere. */
export function toDerenderedChat(
  head: AnswerHead,
  { generate_response: generated, chat_request, prompt_tokens: promptTokens = 0 }: DerenderChatRequest,
  choices: readonly RawJson[],
): string {
  const completionTokens = generated.choices.reduce((sum, { token_ids = [] }) => sum + token_ids.length, 0);
  return jsonText({
    ...toChatBody(head, { choices, usage: usageJson({ promptTokens, completionTokens }, undefined) }),
    prompt_logprobs: promptLogprobsOf(generated),
    prompt_token_ids: (chat_request?.return_token_ids ? generated.prompt_token_ids : undefined) ?? null,
    kv_transfer_params: generated.kv_transfer_params ?? null,
    metrics: metricsJson(generated.metrics),
  });
}

/** One chunk of such a stream, keys in the order of the wire. */
export function toDerenderedChunk(
  { id, created, model }: AnswerHead,
  { generate_chunk: chunk, chat_request, prompt_tokens }: DerenderChatChunkRequest,
  choice: object | undefined,
): object {
  const usage = usageOf(chunk.usage, prompt_tokens);
  return {
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices: choice ? [choice] : [],
    usage: usage ? usageJson(usage, undefined) : null,
    system_fingerprint: null,
    prompt_token_ids: (chat_request?.return_token_ids ? chunk.prompt_token_ids : undefined) ?? null,
    prompt_text: null,
    metrics: metricsJson(chunk.metrics),
    kv_transfer_params: null,
  };
}
