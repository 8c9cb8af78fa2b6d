/** Token counts of one answer. */
export interface UsageCounts {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of them, thought; undefined when the server reads no thoughts. */
  readonly reasoningTokens?: number | undefined;
}

/** Where prompt tokens came from and went to; shown only when the server was told to. */
export interface CacheCounts {
  readonly cachedTokens: number;
  /** Not told for completions. */
  readonly createdTokens: number | undefined;
}

/** The three counts alone: `usage` of an event in the middle of a stream. */
export function usageCountsJson({ promptTokens, completionTokens }: UsageCounts): object {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
  };
}

/** `usage` of an answer that is not streamed. */
export function usageJson(counts: UsageCounts, cache: CacheCounts | undefined): object {
  return {
    ...usageCountsJson(counts),
    prompt_tokens_details: cache
      ? {
          cached_tokens: cache.cachedTokens,
          created_cache_tokens: cache.createdTokens ?? null,
          multimodal_tokens: null,
        }
      : null,
    completion_tokens_details: reasoningJson(counts) ?? null,
  };
}

/** `usage` of the last event of a stream: the same numbers, nulls left out. */
export function streamUsageJson(counts: UsageCounts, cache: CacheCounts | undefined): object {
  return {
    ...usageCountsJson(counts),
    prompt_tokens_details: cache && { cached_tokens: cache.cachedTokens, created_cache_tokens: cache.createdTokens },
    completion_tokens_details: reasoningJson(counts),
  };
}

function reasoningJson({ reasoningTokens }: UsageCounts): object | undefined {
  return reasoningTokens === undefined ? undefined : { reasoning_tokens: reasoningTokens };
}
