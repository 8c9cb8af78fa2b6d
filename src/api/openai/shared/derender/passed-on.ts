import { jsonFloat } from '@server/language/answers/json-text';
import { logprobJson } from '@server/language/answers/token-logprobs';
import type { UsageCounts } from '@server/language/answers/usage';
import type { GeneratedMetrics, GeneratedResponse, GeneratedUsage } from './dto/generated.dto.js';

/** What an answer takes over from the tokens it was made of, as it is. */

export function metricsJson(metrics: GeneratedMetrics | undefined): object | null {
  if (!metrics) return null;
  const float = (value: number | undefined) => (value === undefined ? null : jsonFloat(value));
  return {
    time_to_first_token_ms: float(metrics.time_to_first_token_ms),
    generation_time_ms: float(metrics.generation_time_ms),
    queue_time_ms: float(metrics.queue_time_ms),
    mean_itl_ms: float(metrics.mean_itl_ms),
    tokens_per_second: float(metrics.tokens_per_second),
    speculative_decoding: metrics.speculative_decoding ?? null,
  };
}

export function promptLogprobsOf({ prompt_logprobs }: GeneratedResponse): unknown {
  return (
    prompt_logprobs?.map((position) =>
      position === undefined
        ? null
        : new Map(
            Object.entries(position).map(([id, { logprob, rank, decoded_token }]) => [
              id,
              { logprob: logprobJson(logprob), rank: rank ?? null, decoded_token: decoded_token ?? null },
            ]),
          ),
    ) ?? null
  );
}

/** Counts of a chunk that has some; `promptTokens`: what the caller knows better. */
export function usageOf(usage: GeneratedUsage | undefined, promptTokens: number | undefined): UsageCounts | undefined {
  return (
    usage && {
      promptTokens: promptTokens ?? usage.prompt_tokens,
      completionTokens: usage.completion_tokens ?? 0,
    }
  );
}
