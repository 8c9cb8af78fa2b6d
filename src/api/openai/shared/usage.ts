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

/** `usage` of an answer that is not streamed. */
export function usageJson(
  { promptTokens, completionTokens, reasoningTokens }: UsageCounts,
  cache: CacheCounts | undefined,
): object {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
    prompt_tokens_details:
      cache === undefined
        ? null
        : {
            cached_tokens: cache.cachedTokens,
            created_cache_tokens: cache.createdTokens ?? null,
            multimodal_tokens: null,
          },
    completion_tokens_details: reasoningTokens === undefined ? null : { reasoning_tokens: reasoningTokens },
  };
}

/** `usage` of the last event of a stream: the same numbers, nulls left out. */
export function streamUsageJson(
  { promptTokens, completionTokens, reasoningTokens }: UsageCounts,
  cache: CacheCounts | undefined,
): object {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
    prompt_tokens_details: cache && { cached_tokens: cache.cachedTokens, created_cache_tokens: cache.createdTokens },
    completion_tokens_details: reasoningTokens === undefined ? undefined : { reasoning_tokens: reasoningTokens },
  };
}

/** `usage` of an event in the middle of a stream: the three counts alone. */
export function usageCountsJson({ promptTokens, completionTokens }: UsageCounts): object {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
  };
}
