import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { oneTwoFive } from './buckets.js';
import { EngineMetrics } from './engine-metrics.js';
import { HttpMetrics } from './http-metrics.js';

function engineMetrics(registry: Registry, engineCount = 1): EngineMetrics {
  return new EngineMetrics({
    registry,
    modelName: 'tiny',
    engineCount,
    maxModelLen: 512,
    cacheConfig: { block_size: '16', num_gpu_blocks: '64' },
  });
}

/** Samples of one metric by their label text, without HELP and TYPE. */
async function samples(registry: Registry, name: string): Promise<string[]> {
  const text = await registry.getSingleMetricAsString(name);
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
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

describe('EngineMetrics', () => {
  it('shows every series of every engine before traffic', async () => {
    const registry = new Registry();
    engineMetrics(registry, 2);
    expect(await samples(registry, 'vllm:request_success_total')).toHaveLength(10);
    expect(await samples(registry, 'vllm:num_requests_running')).toEqual([
      'vllm:num_requests_running{engine="0",model_name="tiny"} 0',
      'vllm:num_requests_running{engine="1",model_name="tiny"} 0',
    ]);
    expect(await samples(registry, 'vllm:cache_config_info')).toEqual([
      'vllm:cache_config_info{engine="0",block_size="16",num_gpu_blocks="64"} 1',
      'vllm:cache_config_info{engine="1",block_size="16",num_gpu_blocks="64"} 1',
    ]);
  });

  it('begins the series of an engine that joined at 0, and leaves the others alone', async () => {
    const registry = new Registry();
    const metrics = engineMetrics(registry, 1);
    metrics.observeIteration(0, { computedPrompt: 2, generated: 3 });
    [2, 1].forEach((engineCount) => metrics.cover(engineCount));
    expect(await samples(registry, 'vllm:generation_tokens_total')).toEqual([
      'vllm:generation_tokens_total{engine="0",model_name="tiny"} 3',
      'vllm:generation_tokens_total{engine="1",model_name="tiny"} 0',
    ]);
    expect(await samples(registry, 'vllm:cache_config_info')).toHaveLength(2);
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
      'vllm:request_success_total{engine="1",finished_reason="length",model_name="tiny"} 1',
    );
    expect(await samples(registry, 'vllm:request_prefill_kv_computed_tokens')).toContain(
      'vllm:request_prefill_kv_computed_tokens_sum{engine="1",model_name="tiny"} 8',
    );
    expect(await samples(registry, 'vllm:request_time_per_output_token_seconds')).toContain(
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
      'vllm:num_requests_waiting{engine="0",model_name="tiny"} 3',
    ]);
    expect(await samples(registry, 'vllm:prefix_cache_hits_total')).toEqual([
      'vllm:prefix_cache_hits_total{engine="0",model_name="tiny"} 4',
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
      'http_requests_total{handler="/v1/completions",method="POST",status="4xx"} 1',
    ]);
  });
});
