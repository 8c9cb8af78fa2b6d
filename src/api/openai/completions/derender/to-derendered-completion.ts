import { jsonText } from '@server/language/answers/json-text';
import type { RawJson } from '@server/language/answers/json-text';
import { usageJson } from '@server/language/answers/usage';
import type { AnswerHead } from '@server/api/openai/shared/to-shared-answer-options';
import { metricsJson, usageOf } from '@server/api/openai/shared/derender/passed-on';
import { toCompletionBody } from '../to-completion-response.js';
import type {
  DerenderCompletionChunkRequest,
  DerenderCompletionRequest,
} from './dto/derender-completion-request.dto.js';

/** The body of `/v1/completions` for whole answers that were generated elsewhere. */
export function toDerenderedCompletion(
  head: AnswerHead,
  { generate_responses: responses, prompt_tokens = [] }: DerenderCompletionRequest,
  {
    choices,
    kvTransferParams,
  }: {
    readonly choices: readonly RawJson[];
    readonly kvTransferParams: Record<string, unknown> | undefined;
  },
): string {
  const promptTokens = prompt_tokens.reduce((sum, count) => sum + count, 0);
  const completionTokens = responses
    .flatMap((response) => response.choices)
    .reduce((sum, { token_ids = [] }) => sum + token_ids.length, 0);
  return jsonText({
    ...toCompletionBody(head, { choices, usage: usageJson({ promptTokens, completionTokens }, undefined) }),
    kv_transfer_params: kvTransferParams ?? null,
    // They are those of one prompt.
    metrics: responses.length === 1 ? metricsJson(responses[0].metrics) : null,
  });
}

/** One chunk of such a stream, keys in the order of the wire. */
export function toDerenderedChunk(
  { id, created, model }: AnswerHead,
  { generate_chunk: chunk, prompt_tokens }: DerenderCompletionChunkRequest,
  choice: object | undefined,
): object {
  const usage = usageOf(chunk.usage, prompt_tokens);
  return {
    id,
    object: 'text_completion',
    created,
    model,
    choices: choice ? [choice] : [],
    usage: usage ? usageJson(usage, undefined) : null,
    system_fingerprint: null,
    metrics: metricsJson(chunk.metrics),
    kv_transfer_params: null,
  };
}
