import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { customBucketProblems, oneTwoFive } from './buckets.js';
import { EngineMetrics } from './engine-metrics.js';
import type { EngineMetricsOptions, SchedulerSample } from './engine-metrics.js';
import { HttpMetrics } from './http-metrics.js';
import { registryPage } from './registry-page.js';

const idle: SchedulerSample = {
  ...{ numRunningReqs: 0, numWaitingReqs: 0, numSkippedWaitingReqs: 0, kvCacheUsage: 0 },
  prefixCacheStats: { queries: 0, hits: 0 },
};

function engineMetrics(
  registry: Registry,
  engineCount = 1,
  options: Partial<EngineMetricsOptions> = {},
): EngineMetrics {
  return new EngineMetrics({
    registry,
    modelName: 'tiny',
    engineCount,
    maxModelLen: 512,
    cacheConfig: { block_size: '16', num_gpu_blocks: '64' },
    ...options,
  });
}

/** Samples of one metric, without HELP and TYPE. */
async function samples(registry: Registry, name: string): Promise<string[]> {
  const page = await registryPage(registry, { created: false });
  return page.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

describe('oneTwoFive', () => {
  it.each([
    [1, [1]],
    [512, [1, 2, 5, 10, 20, 50, 100, 200, 500]],
    [2048, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]],
  ])('up to %i', (max, expected) => {
    expect(oneTwoFive(max)).toEqual(expected);
  });
});

describe('customBucketProblems', () => {
  const known =
    "['inter_token_latency', 'iteration_tokens', 'kv_cache_residency', 'request_latency', 'request_num_preemptions', 'request_params_n', 'request_tokens', 'time_to_first_token']";

  it.each([
    [{ request_latency: [0.01, 0.1, 1] }, []],
    [{ x: [1] }, [`custom_histogram_buckets: unknown bucket family 'x'; known families: ${known}`]],
    [{ request_latency: [] }, ["custom_histogram_buckets['request_latency']: bucket list must not be empty"]],
    [{ request_latency: 5 }, ["custom_histogram_buckets['request_latency']: expected a list of numbers"]],
    [
      { request_latency: [0], request_tokens: [true], request_params_n: [2, 1], iteration_tokens: ['1'] },
      [
        "custom_histogram_buckets['request_latency']: bound 0 must be finite and greater than 0",
        "custom_histogram_buckets['request_tokens']: bound True must be a number, not a boolean",
        "custom_histogram_buckets['request_params_n']: bounds [2, 1] must be strictly increasing",
        `custom_histogram_buckets['iteration_tokens']: bound "1" must be a number`,
      ],
    ],
  ])('%j', (custom, expected) => {
    expect(customBucketProblems(custom)).toEqual(expected);
  });
});

describe('EngineMetrics', () => {
  it('shows every series of every engine before traffic', async () => {
    const registry = new Registry();
    engineMetrics(registry, 2);
    expect(await samples(registry, 'vllm:request_success_total')).toHaveLength(10);
    expect(await samples(registry, 'vllm:num_requests_running')).toEqual([
      'vllm:num_requests_running{engine="0",model_name="tiny"} 0.0',
      'vllm:num_requests_running{engine="1",model_name="tiny"} 0.0',
    ]);
    expect(await samples(registry, 'vllm:cache_config_info')).toEqual([
      'vllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="64"} 1.0',
      'vllm:cache_config_info{block_size="16",engine="1",num_gpu_blocks="64"} 1.0',
    ]);
  });

  it('begins the series of an engine that joined at 0, and shows no state of one that has left, but what it counted', async () => {
    const registry = new Registry();
    const metrics = engineMetrics(registry, 1);
    metrics.observeIteration(0, { computedPrompt: 2, generated: 3 });
    metrics.cover(2);
    metrics.observeIteration(1, { computedPrompt: 0, generated: 1 });
    expect(await samples(registry, 'vllm:num_requests_running')).toHaveLength(2);
    metrics.cover(1);
    metrics.observeScheduler(1, idle);
    expect(await samples(registry, 'vllm:generation_tokens_total')).toEqual([
      'vllm:generation_tokens_total{engine="0",model_name="tiny"} 3.0',
      'vllm:generation_tokens_total{engine="1",model_name="tiny"} 1.0',
    ]);
    for (const state of ['num_requests_running', 'cache_config_info', 'kv_cache_usage_perc']) {
      expect(await samples(registry, `vllm:${state}`)).toHaveLength(1);
    }
    metrics.cover(2);
    expect(await samples(registry, 'vllm:generation_tokens_total')).toContain(
      'vllm:generation_tokens_total{engine="1",model_name="tiny"} 1.0',
    );
  });

  it('counts for an engine that tells of nothing else yet', async () => {
    const registry = new Registry();
    engineMetrics(registry, 1).observeIteration(1, { computedPrompt: 0, generated: 4 });
    expect(await samples(registry, 'vllm:generation_tokens_total')).toContain(
      'vllm:generation_tokens_total{engine="1",model_name="tiny"} 4.0',
    );
  });

  it('labels engines with their rank', async () => {
    const registry = new Registry();
    engineMetrics(registry, 2, { startRank: 4 }).observeScheduler(1, { ...idle, numRunningReqs: 7 });
    expect(await samples(registry, 'vllm:num_requests_running')).toEqual([
      'vllm:num_requests_running{engine="4",model_name="tiny"} 0.0',
      'vllm:num_requests_running{engine="5",model_name="tiny"} 7.0',
    ]);
  });

  it('takes other buckets for a whole family', async () => {
    const registry = new Registry();
    engineMetrics(registry, 1, { customBuckets: { request_latency: [1, 2] } });
    for (const name of ['e2e_request_latency_seconds', 'request_queue_time_seconds']) {
      expect(await samples(registry, `vllm:${name}_bucket`)).toHaveLength(3);
    }
    expect(await samples(registry, 'vllm:time_to_first_token_seconds_bucket')).toHaveLength(23);
  });

  it('shows what only some engines tell once one does, for all of them', async () => {
    const registry = new Registry();
    const metrics = engineMetrics(registry, 2);
    const noFetches = { waiting_to_start: 0, in_progress: 0 };
    metrics.observeScheduler(1, { ...idle, kvFetchReqsByStage: noFetches });
    const optional = ['vllm:num_requests_kv_fetch_by_stage', 'vllm:spec_decode_num_drafts_total'];
    for (const name of optional) expect(await samples(registry, name)).toEqual([]);
    metrics.observeScheduler(1, {
      ...idle,
      kvFetchReqsByStage: { waiting_to_start: 2, in_progress: 1 },
      specDecodingStats: { numDrafts: 2, numDraftTokens: 6, numAcceptedTokens: 3, numAcceptedTokensPerPos: [2, 1, 0] },
      kvCacheEvictions: [{ lifetimeSeconds: 4, idleSeconds: 1, reuseGapsSeconds: [1, 2] }],
      connectorPrefixCacheStats: { queries: 9, hits: 5, hitsBySource: { host: 4, disk: 1 } },
      perfStats: { numFlops: 100, numReadBytes: 20, numWriteBytes: 3 },
      kvConnectorStats: { num_failed_recvs: [1] },
    });
    metrics.observeScheduler(1, { ...idle, kvFetchReqsByStage: noFetches });
    metrics.cover(3);
    const of = async (name: string, engine = 1) => {
      const lines = await samples(registry, `vllm:${name}`);
      return lines.filter((line) => line.includes(`engine="${engine}"`)).map((line) => Number(line.split(' ').at(-1)));
    };
    expect(await of('num_requests_kv_fetch_by_stage')).toEqual([0, 0, 0]);
    expect(await of('num_requests_kv_fetch_by_stage', 2)).toEqual([0, 0, 0]);
    expect(await of('spec_decode_num_drafts_total')).toEqual([2]);
    expect(await of('spec_decode_num_drafts_total', 0)).toEqual([0]);
    expect(await of('spec_decode_num_accepted_tokens_per_pos_total')).toEqual([2, 1, 0]);
    expect(await of('kv_block_reuse_gap_seconds_sum')).toEqual([3]);
    expect(await of('prompt_tokens_cached_by_source_total')).toEqual([0, 4, 0, 1, 0]);
    expect(await of('external_prefix_cache_hits_total')).toEqual([5]);
    expect(await of('estimated_read_bytes_per_gpu_total')).toEqual([20]);
    expect(await of('mooncake_num_failed_recvs_total')).toEqual([1]);
  });

  it.each([
    [undefined, [1, 0, 0]],
    [0, [0, 0, 0]],
    [1, [0, 1, 0]],
    [2, [0, 0, 1]],
  ] as const)('shows sleep at level %s', async (level, expected) => {
    const registry = new Registry();
    const metrics = engineMetrics(registry);
    metrics.observeSleep(2);
    metrics.observeSleep(level);
    const lines = await samples(registry, 'vllm:engine_sleep_state');
    expect(lines.map((line) => Number(line.split(' ').at(-1)))).toEqual(expected);
  });

  it('counts a finished request once, in its own engine', async () => {
    const registry = new Registry();
    const metrics = engineMetrics(registry, 2);
    metrics.observeFinished({
      engineIndex: 1,
      finishReason: 'length',
      promptTokens: 12,
      cachedTokens: 4,
      generationTokens: 5,
      maxTokens: 5,
      e2eSeconds: 2,
      queueSeconds: 0.1,
      prefillSeconds: 0.5,
      decodeSeconds: 1.2,
      inferenceSeconds: 1.7,
      preemptions: 0,
    });
    expect(await samples(registry, 'vllm:request_success_total')).toContain(
      'vllm:request_success_total{engine="1",finished_reason="length",model_name="tiny"} 1.0',
    );
    expect(await samples(registry, 'vllm:request_prefill_kv_computed_tokens_sum')).toContain(
      'vllm:request_prefill_kv_computed_tokens_sum{engine="1",model_name="tiny"} 8.0',
    );
    expect(await samples(registry, 'vllm:request_time_per_output_token_seconds_sum')).toContain(
      'vllm:request_time_per_output_token_seconds_sum{engine="1",model_name="tiny"} 0.3',
    );
  });

  it('splits waiting requests by reason and sums them', async () => {
    const registry = new Registry();
    engineMetrics(registry).observeScheduler(0, {
      numRunningReqs: 3,
      numWaitingReqs: 2,
      numSkippedWaitingReqs: 1,
      kvCacheUsage: 0.25,
      prefixCacheStats: { queries: 10, hits: 4 },
    });
    expect(await samples(registry, 'vllm:num_requests_waiting')).toEqual([
      'vllm:num_requests_waiting{engine="0",model_name="tiny"} 3.0',
    ]);
    expect(await samples(registry, 'vllm:prefix_cache_hits_total')).toEqual([
      'vllm:prefix_cache_hits_total{engine="0",model_name="tiny"} 4.0',
    ]);
  });
});

describe('HttpMetrics', () => {
  it('groups statuses and keeps the route template', async () => {
    const registry = new Registry();
    new HttpMetrics(registry).observe({
      method: 'POST',
      handler: '/v1/completions',
      status: 404,
      seconds: 0.02,
      requestBytes: 10,
      responseBytes: 20,
    });
    expect(await samples(registry, 'http_requests_total')).toEqual([
      'http_requests_total{handler="/v1/completions",method="POST",status="4xx"} 1.0',
    ]);
  });
});
