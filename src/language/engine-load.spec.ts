import { describe, expect, it } from 'vitest';
import type { Engine, SchedulerStats } from '@app/engine-protocol';
import { EngineLoad } from './engine-load.js';

type Listener = Parameters<Engine['onSchedulerStats']>[0];

function observed() {
  const listeners = new Set<Listener>();
  const load = new EngineLoad({
    onSchedulerStats: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const tell = (engine: number, stats: Partial<SchedulerStats>): void => {
    for (const listener of listeners) listener(engine, { numSkippedWaitingReqs: 0, ...stats } as SchedulerStats);
  };
  return { load, tell, listeners };
}

describe('EngineLoad', () => {
  it('tells of idle engines in either format', () => {
    const { load } = observed();
    expect(load.headers('TEXT')).toEqual({
      'endpoint-load-metrics': 'TEXT named_metrics.num_requests_waiting=0.0, named_metrics.kv_cache_usage_perc=0.0',
    });
    expect(load.headers('json')).toEqual({
      'endpoint-load-metrics': 'JSON {"named_metrics": {"num_requests_waiting": 0.0, "kv_cache_usage_perc": 0.0}}',
    });
  });

  it('adds up the queues of all engines and shows the fullest cache, as last told', () => {
    const { load, tell } = observed();
    tell(0, { numWaitingReqs: 9, kvCacheUsage: 0.9 });
    tell(0, { numWaitingReqs: 1, numSkippedWaitingReqs: 2, kvCacheUsage: 0.25 });
    tell(1, { numWaitingReqs: 4, kvCacheUsage: 0.5 });
    expect(load.headers('Text')).toEqual({
      'endpoint-load-metrics': 'TEXT named_metrics.num_requests_waiting=7.0, named_metrics.kv_cache_usage_perc=0.5',
    });
  });

  it.each([undefined, '', 'BIN'])('says nothing when asked for %j', (format) => {
    expect(observed().load.headers(format)).toEqual({});
  });

  it('stops listening at the end', () => {
    const { load, listeners } = observed();
    load.onModuleDestroy();
    expect(listeners.size).toBe(0);
  });
});
