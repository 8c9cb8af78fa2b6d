import type { ChatDelta } from '@app/chat';
import type { AnswerHead } from '@server/api/openai/shared/to-shared-answer-options';
import { chatLogprobsJson } from '@server/language/answers/chat-logprobs';
import { jsonText } from '@server/language/answers/json-text';
import { requestMetricsJson } from '@server/language/answers/request-metrics';
import { toAnswerMessage } from '@server/language/answers/to-answer-message';
import { toFinishReason } from '@server/language/answers/to-finish-reason';
import { toNpyBase64 } from '@server/language/answers/to-npy';
import { promptLogprobsJson } from '@server/language/answers/token-logprobs';
import { usageJson } from '@server/language/answers/usage';
import type { ChatAnswerOptions, ChatChoiceOptions } from './chat-answer-options.js';
import { toCacheCounts } from './to-cache-counts.js';

/** The body of `/v1/chat/completions` from the whole answer of every sample (completions-and-chat.md §7.1). */
export function toChatResponse(options: ChatAnswerOptions, samples: readonly ChatDelta[]): string {
  const counts = {
    promptTokens: options.promptTokenIds.length,
    completionTokens: samples.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
    reasoningTokens: options.reasoningUsage
      ? samples.reduce((sum, { reasoningTokens = 0 }) => sum + reasoningTokens, 0)
      : undefined,
  };
  return jsonText({
    ...toChatBody(options, {
      choices: samples.map((sample) => toChoice(options, sample)),
      usage: usageJson(counts, options.promptTokensDetails ? toCacheCounts(samples[0]) : undefined),
    }),
    prompt_logprobs: promptLogprobsJson(samples[0].promptLogprobs),
    prompt_token_ids: options.returnTokenIds ? options.promptTokenIds : null,
    prompt_text: options.promptText ?? null,
    kv_transfer_params: samples[0].kvTransferParams ?? null,
    ec_transfer_params: samples[0].ecTransferParams ?? null,
    metrics: options.sampleCount === 1 ? requestMetricsJson(samples[0], options.requestMetrics) : null,
  });
}

/** Every key in the order of the wire; what belongs to one prompt is null. */
export function toChatBody(
  { id, created, model, systemFingerprint }: AnswerHead,
  { choices, usage }: { readonly choices: readonly object[]; readonly usage: object },
): object {
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices,
    service_tier: null,
    system_fingerprint: systemFingerprint,
    usage,
    prompt_logprobs: null,
    prompt_token_ids: null,
    prompt_text: null,
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  };
}

export function toChoice(options: ChatChoiceOptions, sample: ChatDelta): object {
  const message = toAnswerMessage(options, sample.events);
  const { logprobs, returnTokenIds, hidesReasoning } = options;
  return {
    index: sample.index,
    message,
    logprobs: logprobs && sample.logprobs && !hidesReasoning ? chatLogprobsJson(sample, logprobs) : null,
    finish_reason: toFinishReason(sample.finishReason, message.tool_calls !== undefined && !options.namedToolChoice),
    stop_reason: sample.stopReason ?? null,
    token_ids: returnTokenIds && !hidesReasoning ? sample.tokenIds : null,
    routed_experts: sample.routedExperts ? toNpyBase64(sample.routedExperts) : null,
    weight_versions: (options.returnWeightVersions && sample.weightVersions) || null,
  };
}
