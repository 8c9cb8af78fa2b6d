import type { TextDelta } from '@app/text';
import type { AnswerHead } from '@server/api/openai/shared/to-shared-answer-options';
import { jsonText } from '@server/language/answers/json-text';
import { requestMetricsJson } from '@server/language/answers/request-metrics';
import { toNpyBase64 } from '@server/language/answers/to-npy';
import { promptLogprobsJson } from '@server/language/answers/token-logprobs';
import { usageJson } from '@server/language/answers/usage';
import { isOneSample } from './completion-answer-options.js';
import type { AnsweredPrompt, CompletionAnswerOptions } from './completion-answer-options.js';
import { CompletionLogprobsWriter } from './completion-logprobs.js';

/** `samples[prompt][sample]`: the whole answers. Returns the body of `/v1/completions` (completions-and-chat.md §6). */
export function toCompletionResponse(
  options: CompletionAnswerOptions,
  samples: readonly (readonly TextDelta[])[],
): string {
  const all = samples.flat();
  // Beam search may end with fewer samples than were asked for, and does not tell where prompt tokens came from.
  const { cachedTokens } = samples[samples.length - 1][0];
  const counts = {
    promptTokens: options.prompts.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0),
    completionTokens: all.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
  };
  return jsonText({
    ...toCompletionBody(options, {
      choices: samples
        .flatMap((deltas, prompt) => deltas.map((delta) => ({ delta, prompt: options.prompts[prompt] })))
        .map(({ delta, prompt }, index) => toChoice(options, prompt, { ...delta, index })),
      usage: usageJson(
        counts,
        options.promptTokensDetails && cachedTokens !== undefined
          ? { cachedTokens, createdTokens: undefined }
          : undefined,
      ),
    }),
    kv_transfer_params: samples[0][0].kvTransferParams ?? null,
    ec_transfer_params: samples[0][0].ecTransferParams ?? null,
    metrics: isOneSample(options) ? requestMetricsJson(all[0], options.requestMetrics) : null,
  });
}

/** Every key in the order of the wire; what an engine hands on is null. */
export function toCompletionBody(
  { id, created, model, systemFingerprint }: AnswerHead,
  { choices, usage }: { readonly choices: readonly object[]; readonly usage: object },
): object {
  return {
    id,
    object: 'text_completion',
    created,
    model,
    choices,
    service_tier: null,
    system_fingerprint: systemFingerprint,
    usage,
    kv_transfer_params: null,
    ec_transfer_params: null,
    metrics: null,
  };
}

export function toChoice(
  options: Pick<CompletionAnswerOptions, 'logprobs' | 'returnTokenIds' | 'returnWeightVersions'>,
  { echo, tokenIds }: AnsweredPrompt,
  delta: TextDelta,
): object {
  const generated = echo?.showsOutput === false ? { ...delta, text: '', logprobs: [] } : delta;
  const positions = [...((echo && delta.promptLogprobs) ?? []), ...(generated.logprobs ?? [])];
  return {
    index: delta.index,
    text: echo && !options.returnTokenIds ? echo.text + generated.text : generated.text,
    logprobs: options.logprobs
      ? new CompletionLogprobsWriter(options.logprobs).write(positions, {
          firstLabel: echo?.firstLabel,
          chosen: delta.chosen,
        })
      : null,
    finish_reason: delta.finishReason ?? null,
    stop_reason: delta.stopReason ?? null,
    token_ids: options.returnTokenIds ? generated.tokenIds : null,
    prompt_logprobs: promptLogprobsJson(delta.promptLogprobs),
    prompt_token_ids: options.returnTokenIds ? tokenIds : null,
    routed_experts: delta.routedExperts ? toNpyBase64(delta.routedExperts) : null,
    weight_versions: (options.returnWeightVersions && delta.weightVersions) || null,
  };
}
