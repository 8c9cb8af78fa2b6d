import type { TextDelta } from '@app/text';
import { jsonText } from '@server/language/answers/json-text';
import { promptLogprobsJson } from '@server/language/answers/token-logprobs';
import { usageJson } from '@server/language/answers/usage';
import type { GenerateAnswerOptions } from './generate-answer-options.js';
import { toChoice } from './to-choice.js';

/** The body of `/inference/v1/generate` from the whole answer of every sample (other-endpoints.md §8). */
export function toGenerateResponse(options: GenerateAnswerOptions, samples: readonly TextDelta[]): string {
  const [first] = samples;
  const counts = {
    promptTokens: options.promptTokenIds.length,
    completionTokens: samples.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
  };
  const cache = { cachedTokens: first.cachedTokens ?? 0, createdTokens: undefined };
  return jsonText({
    request_id: options.requestId,
    model: options.model,
    created: Math.floor(Date.now() / 1000),
    usage: usageJson(counts, options.promptTokensDetails ? cache : undefined),
    prompt_logprobs: promptLogprobsJson(first.promptLogprobs),
    prompt_token_id_logprobs: null,
    prompt_token_ids: options.returnTokenIds ? options.promptTokenIds : null,
    mm_placeholders: null,
    metrics: null,
    kv_transfer_params: first.kvTransferParams ?? null,
    ec_transfer_params: first.ecTransferParams ?? null,
    output_mode: options.outputMode,
    choices: samples.map((sample) => toChoice(options, sample)),
  });
}
