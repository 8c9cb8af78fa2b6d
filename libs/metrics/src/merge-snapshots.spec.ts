import { Gauge, Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { EngineMetrics } from './engine-metrics.js';
import type { SleepLevel } from './engine-metrics.js';
import { HttpMetrics } from './http-metrics.js';
import { addUpCounts, mergeSnapshots } from './merge-snapshots.js';
import { takeSnapshot } from './metrics-snapshot.js';
import type { MetricsSnapshot } from './metrics-snapshot.js';

interface Facts {
  readonly requests?: number;
  /** By engine: requests that run, and when that was heard. */
  readonly running?: readonly (readonly [count: number, heardAt: number] | undefined)[];
}

async function process({ requests = 0, running = [] }: Facts): Promise<MetricsSnapshot> {
  const registry = new Registry();
  const engines = new EngineMetrics({ registry, modelName: 'm', engineCount: 2, maxModelLen: 8, cacheConfig: {} });
  const http = new HttpMetrics(registry);
  new Gauge({ name: 'open_files', help: 'Open files.', registers: [registry] }).set(7);
  for (let count = 0; count < requests; count++) {
    http.observe({ method: 'GET', handler: '/x', status: 200, seconds: 0.2, requestBytes: 3, responseBytes: 5 });
  }
  running.forEach((sample, engine) => {
    if (sample === undefined) return;
    engines.observeScheduler(engine, {
      numRunningReqs: sample[0],
      numWaitingReqs: 0,
      numSkippedWaitingReqs: 0,
      kvCacheUsage: 0,
      prefixCacheStats: { queries: 10, hits: 4 },
    });
  });
  const heardAt = running.flatMap((sample, engine) => (sample === undefined ? [] : [[String(engine), sample[1]]]));
  return takeSnapshot(registry, Object.fromEntries(heardAt) as Record<string, number>);
}

/** Sample lines of the metrics, without HELP and TYPE. */
async function lines(snapshots: readonly MetricsSnapshot[], ...names: readonly string[]): Promise<string[]> {
  const merged = mergeSnapshots(snapshots);
  const texts = await Promise.all(names.map((name) => merged.getSingleMetricAsString(name)));
  return texts.flatMap((text) => text.split('\n').filter((line) => !line.startsWith('#')));
}

describe('mergeSnapshots', () => {
  it('adds up what processes counted and measured', async () => {
    const both = [await process({ requests: 1 }), await process({ requests: 2 })];
    expect(
      await lines(both, 'http_requests_total', 'http_request_size_bytes', 'http_request_duration_seconds'),
    ).toEqual([
      'http_requests_total{handler="/x",method="GET",status="2xx"} 3',
      'http_request_size_bytes_sum{handler="/x"} 9',
      'http_request_size_bytes_count{handler="/x"} 3',
      'http_request_duration_seconds_bucket{le="0.1",handler="/x",method="GET"} 0',
      'http_request_duration_seconds_bucket{le="0.5",handler="/x",method="GET"} 3',
      'http_request_duration_seconds_bucket{le="1",handler="/x",method="GET"} 3',
      'http_request_duration_seconds_bucket{le="+Inf",handler="/x",method="GET"} 3',
      'http_request_duration_seconds_sum{handler="/x",method="GET"} 0.6000000000000001',
      'http_request_duration_seconds_count{handler="/x",method="GET"} 3',
    ]);
    expect(await lines(both, 'open_files')).toEqual(['open_files 14']);
  });

  it('takes the state of each engine from whoever heard from it last', async () => {
    const first = await process({
      running: [
        [5, 100],
        [1, 300],
      ],
    });
    const second = await process({
      running: [
        [2, 200],
        [9, 250],
      ],
    });
    const silent = await process({});
    for (const order of [
      [first, second, silent],
      [silent, second, first],
    ]) {
      expect((await lines(order, 'vllm:num_requests_running')).sort()).toEqual([
        'vllm:num_requests_running{engine="0",model_name="m"} 2',
        'vllm:num_requests_running{engine="1",model_name="m"} 1',
      ]);
    }
    // Their queries are counts: each was told of other steps.
    expect(await lines([first, second], 'vllm:prefix_cache_queries_total')).toEqual([
      'vllm:prefix_cache_queries_total{engine="0",model_name="m"} 20',
      'vllm:prefix_cache_queries_total{engine="1",model_name="m"} 20',
    ]);
  });

  it('takes what is set on command from whoever was told last, not from whoever hears the engine', async () => {
    vi.useFakeTimers();
    const told = async (level: SleepLevel | undefined, at: number): Promise<MetricsSnapshot> => {
      const registry = new Registry();
      const engines = new EngineMetrics({ registry, modelName: 'm', engineCount: 1, maxModelLen: 8, cacheConfig: {} });
      vi.setSystemTime(at);
      engines.observeSleep(level);
      return takeSnapshot(registry, { '0': 0 });
    };
    const hears = await process({ running: [[1, 900]] });
    const asleep = [hears, await told(undefined, 100), await told(1, 200), await told(undefined, 150)];
    vi.useRealTimers();
    for (const order of [asleep, asleep.toReversed()]) {
      expect(await lines(order, 'vllm:engine_sleep_state')).toEqual([
        'vllm:engine_sleep_state{engine="0",model_name="m",sleep_state="awake"} 0',
        'vllm:engine_sleep_state{engine="0",model_name="m",sleep_state="weights_offloaded"} 1',
        'vllm:engine_sleep_state{engine="0",model_name="m",sleep_state="discard_all"} 0',
      ]);
    }
  });

  it('shows every series when nobody has heard from an engine', async () => {
    expect(await lines([await process({}), await process({})], 'vllm:num_requests_running')).toEqual([
      'vllm:num_requests_running{engine="0",model_name="m"} 0',
      'vllm:num_requests_running{engine="1",model_name="m"} 0',
    ]);
  });
});

describe('addUpCounts', () => {
  it('keeps the counts of those who ended, and none of their gauges', async () => {
    const ended = await addUpCounts([
      await process({ requests: 1, running: [[5, 900]] }),
      await addUpCounts([await process({ requests: 2 })]),
    ]);
    expect(ended.metrics.filter(({ type }) => type === 'gauge')).toEqual([]);
    const living = await process({ requests: 4, running: [[2, 100]] });
    expect(
      await lines(
        [ended, living],
        'http_requests_total',
        'http_request_size_bytes',
        'vllm:num_requests_running',
        'open_files',
      ),
    ).toEqual([
      'http_requests_total{handler="/x",method="GET",status="2xx"} 7',
      'http_request_size_bytes_sum{handler="/x"} 21',
      'http_request_size_bytes_count{handler="/x"} 7',
      'vllm:num_requests_running{engine="0",model_name="m"} 2',
      'vllm:num_requests_running{engine="1",model_name="m"} 0',
      'open_files 7',
    ]);
  });
});
