import type { ChatDelta } from '@app/chat';
import { toAnswerMessage } from '@server/language/to-answer-message';
import { jsonText } from '@server/language/json-text';
import { promptLogprobsJson } from '@server/language/token-logprobs';
import { requestMetricsJson } from '@server/language/request-metrics';
import { toNpyBase64 } from '@server/language/to-npy';
import { usageJson } from '@server/language/usage';
import type { ChatAnswerOptions } from './chat-answer-options.js';
import { chatLogprobsJson } from '@server/language/chat-logprobs';
import { toCacheCounts } from './to-cache-counts.js';
import { toFinishReason } from '@server/language/to-finish-reason';

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
  { id, created, model, systemFingerprint }: Pick<ChatAnswerOptions, 'id' | 'created' | 'model' | 'systemFingerprint'>,
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

/** What decides how one choice looks. */
export type ChatChoiceOptions = Pick<
  ChatAnswerOptions,
  | 'role'
  | 'echo'
  | 'forcedToolChoice'
  | 'namedToolChoice'
  | 'logprobs'
  | 'returnTokenIds'
  | 'returnWeightVersions'
  | 'hidesReasoning'
  | 'reasoningUsage'
>;

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
