import type { BucketFamilies } from './buckets.js';
import type { SeriesFactory } from './series-factory.js';

export type EngineSeries = ReturnType<typeof declareEngineSeries>;

/** The series that every engine has from the start, with vLLM's names, labels and buckets (metrics.md §2.1 to §2.3). */
export function declareEngineSeries(make: SeriesFactory, buckets: BucketFamilies) {
  const { request_tokens: tokens, request_latency: latency, inter_token_latency: gaps } = buckets;
  return {
    flops: make.counter('vllm:estimated_flops_per_gpu_total', 'Estimated floating point operations per GPU.'),
    readBytes: make.counter('vllm:estimated_read_bytes_per_gpu_total', 'Estimated bytes read from memory per GPU.'),
    writeBytes: make.counter('vllm:estimated_write_bytes_per_gpu_total', 'Estimated bytes written to memory per GPU.'),

    running: make.gauge('vllm:num_requests_running', 'Requests in model execution batches.'),
    waiting: make.gauge('vllm:num_requests_waiting', 'Requests waiting to be processed.'),
    waitingByReason: make.gauge('vllm:num_requests_waiting_by_reason', 'Waiting requests by reason.', {
      reason: ['capacity', 'deferred'],
    }),
    sleepState: make.gauge('vllm:engine_sleep_state', 'Sleep state of the engine, 1 for the current one.', {
      sleep_state: ['awake', 'weights_offloaded', 'discard_all'],
    }),
    kvCacheUsage: make.gauge('vllm:kv_cache_usage_perc', 'KV cache usage; 1 means 100 percent.'),

    prefixCacheQueries: make.counter('vllm:prefix_cache_queries', 'Prefix cache queries, in tokens.'),
    prefixCacheHits: make.counter('vllm:prefix_cache_hits', 'Prefix cache hits, in tokens.'),
    externalCacheQueries: make.counter(
      'vllm:external_prefix_cache_queries',
      'Queries of the cache behind the KV connector, in tokens.',
    ),
    externalCacheHits: make.counter(
      'vllm:external_prefix_cache_hits',
      'Hits of the cache behind the KV connector, in tokens.',
    ),
    mediaCacheQueries: make.counter('vllm:mm_cache_queries', 'Queries of the cache of processed media, in items.'),
    mediaCacheHits: make.counter('vllm:mm_cache_hits', 'Hits of the cache of processed media, in items.'),
    preemptions: make.counter('vllm:num_preemptions', 'Preemptions by the engine.'),
    promptTokens: make.counter('vllm:prompt_tokens', 'Prefill tokens processed.'),
    promptTokensBySource: make.counter('vllm:prompt_tokens_by_source', 'Prompt tokens by source.', {
      source: ['local_compute', 'local_cache_hit', 'external_kv_transfer'],
    }),
    promptTokensCached: make.counter('vllm:prompt_tokens_cached', 'Prompt tokens found in a cache.'),
    promptTokensCachedBySource: make.counter(
      'vllm:prompt_tokens_cached_by_source',
      'Cached prompt tokens by where they lay.',
      { source: ['device', 'host', 'p2p', 'disk', 'external_unspecified'] },
    ),
    generationTokens: make.counter('vllm:generation_tokens', 'Generation tokens processed.'),
    requestSuccess: make.counter('vllm:request_success', 'Requests the engine finished.', {
      finished_reason: ['stop', 'length', 'abort', 'error', 'repetition'],
    }),

    requestPromptTokens: make.histogram('vllm:request_prompt_tokens', 'Prompt tokens per request.', tokens),
    requestGenerationTokens: make.histogram('vllm:request_generation_tokens', 'Generated tokens per request.', tokens),
    iterationTokens: make.histogram(
      'vllm:iteration_tokens_total',
      'Computed prompt tokens and generated tokens per engine step.',
      buckets.iteration_tokens,
    ),
    requestMaxGenerationTokens: make.histogram(
      'vllm:request_max_num_generation_tokens',
      'Most generated tokens of the samples of a request.',
      tokens,
    ),
    requestN: make.histogram('vllm:request_params_n', 'The n parameter.', buckets.request_params_n),
    requestMaxTokens: make.histogram('vllm:request_params_max_tokens', 'The max_tokens parameter.', tokens),
    timeToFirstToken: make.histogram(
      'vllm:time_to_first_token_seconds',
      'Arrival to first token.',
      buckets.time_to_first_token,
    ),
    interTokenLatency: make.histogram('vllm:inter_token_latency_seconds', 'Gap between engine outputs.', gaps),
    timePerOutputToken: make.histogram(
      'vllm:request_time_per_output_token_seconds',
      'Decode time per generated token.',
      gaps,
    ),
    e2eLatency: make.histogram('vllm:e2e_request_latency_seconds', 'Arrival to finish.', latency),
    queueTime: make.histogram('vllm:request_queue_time_seconds', 'Queued to scheduled.', latency),
    inferenceTime: make.histogram('vllm:request_inference_time_seconds', 'Scheduled to last token.', latency),
    prefillTime: make.histogram('vllm:request_prefill_time_seconds', 'Scheduled to first token.', latency),
    decodeTime: make.histogram('vllm:request_decode_time_seconds', 'First to last token.', latency),
    requestPreemptions: make.histogram(
      'vllm:request_num_preemptions',
      'Preemptions per request.',
      buckets.request_num_preemptions,
    ),
    requestPrefillComputed: make.histogram(
      'vllm:request_prefill_kv_computed_tokens',
      'Prompt tokens computed, without cached ones.',
      tokens,
    ),
  };
}

/** Requests whose KV cache comes from elsewhere; only from engines that fetch any (since 0.32). */
export function declareKvFetchSeries(make: SeriesFactory) {
  return {
    fetching: make.gauge('vllm:num_requests_kv_fetch_by_stage', 'Requests waiting for a KV cache from elsewhere.', {
      stage: ['waiting_to_start', 'in_progress', 'completed_waiting'],
    }),
  };
}

/** From engines that draft tokens. */
export function declareSpecDecodingSeries(make: SeriesFactory) {
  return {
    drafts: make.counter('vllm:spec_decode_num_drafts', 'Drafts.'),
    draftTokens: make.counter('vllm:spec_decode_num_draft_tokens', 'Drafted tokens.'),
    acceptedTokens: make.counter('vllm:spec_decode_num_accepted_tokens', 'Accepted draft tokens.'),
    acceptedByPosition: make.counter(
      'vllm:spec_decode_num_accepted_tokens_per_pos',
      'Accepted draft tokens by position in the draft.',
      { position: [] },
    ),
  };
}

/** From engines that watch a sample of their KV cache blocks (`--kv-cache-metrics`). */
export function declareKvBlockSeries(make: SeriesFactory, { kv_cache_residency: residency }: BucketFamilies) {
  return {
    lifetime: make.histogram('vllm:kv_block_lifetime_seconds', 'Allocation to eviction of a KV block.', residency),
    idle: make.histogram('vllm:kv_block_idle_before_evict_seconds', 'Last use to eviction of a KV block.', residency),
    reuseGap: make.histogram('vllm:kv_block_reuse_gap_seconds', 'Time between two uses of a KV block.', residency),
  };
}
