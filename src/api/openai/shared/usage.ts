/** Token counts of one answer. */
export interface UsageCounts {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** `usage` of an answer that is not streamed. `cachedTokens` is shown only when the server was told to. */
export function usageJson({ promptTokens, completionTokens }: UsageCounts, cachedTokens: number | undefined): object {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
    prompt_tokens_details:
      cachedTokens === undefined
        ? null
        : { cached_tokens: cachedTokens, created_cache_tokens: null, multimodal_tokens: null },
    completion_tokens_details: null,
  };
}

/** `usage` of the last event of a stream: the same numbers, nulls left out. */
export function streamUsageJson(
  { promptTokens, completionTokens }: UsageCounts,
  cachedTokens: number | undefined,
): object {
  return {
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + completionTokens,
    completion_tokens: completionTokens,
    prompt_tokens_details: cachedTokens === undefined ? undefined : { cached_tokens: cachedTokens },
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
