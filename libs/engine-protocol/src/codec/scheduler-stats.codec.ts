import type { PrefixCacheStats, SchedulerStats } from '../engine-output.js';
import type { WireLayout } from '../layout/wire-layout.js';
import type { MsgpackReader } from '../msgpack/msgpack-reader.js';
import type { MsgpackWriter } from '../msgpack/msgpack-writer.js';

/** SchedulerStats: a map with every key of the release; what the port does not know goes out as the default (engine protocol §5.12). */
export function writeSchedulerStats(
  writer: MsgpackWriter,
  stats: SchedulerStats,
  { SchedulerStats: keys, PrefixCacheStats: prefixCacheKeys }: WireLayout['structs'],
): void {
  writer.mapHeader(keys.length, keys.length);
  for (const key of keys) {
    writer.string(key);
    if (key === 'kv_cache_usage') writer.float(stats.kvCacheUsage);
    else if (key === 'encoder_cache_usage') writer.float(0);
    else if (key === 'prefix_cache_stats') writePrefixCacheStats(writer, stats.prefixCacheStats, prefixCacheKeys);
    else writer.any(COUNTS[key]?.(stats) ?? STATS_DEFAULTS[key]);
  }
}

const COUNTS: Readonly<Record<string, ((stats: SchedulerStats) => number) | undefined>> = {
  num_running_reqs: ({ numRunningReqs }) => numRunningReqs,
  num_waiting_reqs: ({ numWaitingReqs }) => numWaitingReqs,
  num_skipped_waiting_reqs: ({ numSkippedWaitingReqs }) => numSkippedWaitingReqs,
  step_counter: ({ stepCounter }) => stepCounter,
  current_wave: ({ currentWave }) => currentWave,
};

/** Keys that are not null by default. */
const STATS_DEFAULTS: Readonly<Record<string, unknown>> = {
  num_kv_fetch_reqs_by_stage: { waiting_to_start: 0, in_progress: 0, completed_waiting: 0 },
  kv_cache_eviction_events: [],
  waiting_lora_adapters: {},
  running_lora_adapters: {},
};

function writePrefixCacheStats(writer: MsgpackWriter, stats: PrefixCacheStats, keys: readonly string[]): void {
  const values: Readonly<Record<string, unknown>> = {
    reset: stats.reset,
    requests: stats.requests,
    queries: stats.queries,
    hits: stats.hits,
    hits_by_source: {},
  };
  writer.mapHeader(keys.length, keys.length);
  for (const key of keys) {
    writer.string(key);
    writer.any(key in values ? values[key] : 0);
  }
}

/** By name; what is missing counts as nothing. Throws MalformedMessageError. */
export function readSchedulerStats(reader: MsgpackReader): SchedulerStats {
  const stats = {
    numRunningReqs: 0,
    numWaitingReqs: 0,
    numSkippedWaitingReqs: 0,
    stepCounter: 0,
    currentWave: 0,
    kvCacheUsage: 0,
    prefixCacheStats: { reset: false, requests: 0, queries: 0, hits: 0 },
  };
  reader.readMap((key) => {
    switch (key) {
      case 'num_running_reqs':
        stats.numRunningReqs = reader.readInt();
        return;
      case 'num_waiting_reqs':
        stats.numWaitingReqs = reader.readInt();
        return;
      case 'num_skipped_waiting_reqs':
        stats.numSkippedWaitingReqs = reader.readInt();
        return;
      case 'step_counter':
        stats.stepCounter = reader.readInt();
        return;
      case 'current_wave':
        stats.currentWave = reader.readInt();
        return;
      case 'kv_cache_usage':
        stats.kvCacheUsage = reader.readFloat();
        return;
      case 'prefix_cache_stats':
        if (!reader.tryNil()) stats.prefixCacheStats = readPrefixCacheStats(reader);
        return;
      default:
        reader.skip();
    }
  });
  return stats;
}

function readPrefixCacheStats(reader: MsgpackReader): PrefixCacheStats & { reset: boolean } {
  const stats = { reset: false, requests: 0, queries: 0, hits: 0 };
  reader.readMap((key) => {
    if (key === 'reset') stats.reset = reader.readBoolean();
    else if (key === 'requests' || key === 'queries' || key === 'hits') stats[key] = reader.readInt();
    else reader.skip();
  });
  return stats;
}
