import type {
  KvCacheEviction,
  PerfStats,
  PrefixCacheStats,
  SchedulerStats,
  SpecDecodingStats,
} from '../engine-output.js';
import type { WireLayout } from '../layout/wire-layout.js';
import type { MsgpackReader } from '../msgpack/msgpack-reader.js';
import type { MsgpackWriter } from '../msgpack/msgpack-writer.js';

type Wire = Readonly<Record<string, unknown>>;

/** SchedulerStats: a map with every key of the release; what the port does not know goes out as the default (engine protocol §5.12). */
export function writeSchedulerStats(
  writer: MsgpackWriter,
  stats: SchedulerStats,
  { SchedulerStats: keys, PrefixCacheStats: prefixCacheKeys }: WireLayout['structs'],
): void {
  const nested: Wire = {
    num_kv_fetch_reqs_by_stage: stats.kvFetchReqsByStage ?? NO_KV_FETCHES,
    prefix_cache_stats: prefixCacheForm(stats.prefixCacheStats, prefixCacheKeys),
    connector_prefix_cache_stats:
      stats.connectorPrefixCacheStats && prefixCacheForm(stats.connectorPrefixCacheStats, prefixCacheKeys),
    kv_cache_eviction_events: (stats.kvCacheEvictions ?? []).map(evictionForm),
    spec_decoding_stats: stats.specDecodingStats && specDecodingForm(stats.specDecodingStats),
    kv_connector_stats: stats.kvConnectorStats,
    waiting_lora_adapters: {},
    running_lora_adapters: {},
    perf_stats: stats.perfStats && perfForm(stats.perfStats),
  };
  writer.mapHeader(keys.length, keys.length);
  for (const key of keys) {
    writer.string(key);
    if (key === 'kv_cache_usage') writer.float(stats.kvCacheUsage);
    else if (key === 'encoder_cache_usage') writer.float(0);
    else writer.any(COUNTS[key]?.(stats) ?? nested[key]);
  }
}

const COUNTS: Readonly<Record<string, ((stats: SchedulerStats) => number) | undefined>> = {
  num_running_reqs: ({ numRunningReqs }) => numRunningReqs,
  num_waiting_reqs: ({ numWaitingReqs }) => numWaitingReqs,
  num_skipped_waiting_reqs: ({ numSkippedWaitingReqs }) => numSkippedWaitingReqs,
  step_counter: ({ stepCounter }) => stepCounter,
  current_wave: ({ currentWave }) => currentWave,
};

const NO_KV_FETCHES = { waiting_to_start: 0, in_progress: 0, completed_waiting: 0 };

/** With the keys of the release. */
function prefixCacheForm(stats: PrefixCacheStats, keys: readonly string[]): Wire {
  const { reset, requests, queries, hits, hitsBySource = {} } = stats;
  const known: Wire = { reset, requests, queries, hits, hits_by_source: hitsBySource };
  return Object.fromEntries(keys.map((key) => [key, known[key] ?? 0]));
}

function evictionForm({ lifetimeSeconds, idleSeconds, reuseGapsSeconds }: KvCacheEviction): Wire {
  return { lifetime_seconds: lifetimeSeconds, idle_seconds: idleSeconds, reuse_gaps_seconds: reuseGapsSeconds };
}

function specDecodingForm(stats: SpecDecodingStats): Wire {
  return {
    num_spec_tokens: stats.numAcceptedTokensPerPos.length,
    num_drafts: stats.numDrafts,
    num_draft_tokens: stats.numDraftTokens,
    num_accepted_tokens: stats.numAcceptedTokens,
    num_accepted_tokens_per_pos: stats.numAcceptedTokensPerPos,
  };
}

function perfForm({ numFlops, numReadBytes, numWriteBytes }: PerfStats): Wire {
  return { num_flops_per_gpu: numFlops, num_read_bytes_per_gpu: numReadBytes, num_write_bytes_per_gpu: numWriteBytes };
}

/** By name; what is missing counts as nothing. Throws MalformedMessageError. */
export function readSchedulerStats(reader: MsgpackReader): SchedulerStats {
  const stats: Writable<SchedulerStats> = {
    numRunningReqs: 0,
    numWaitingReqs: 0,
    numSkippedWaitingReqs: 0,
    stepCounter: 0,
    currentWave: 0,
    kvCacheUsage: 0,
    prefixCacheStats: { reset: false, requests: 0, queries: 0, hits: 0 },
  };
  reader.readMap((key) => {
    const read = READERS.get(key);
    if (read === undefined) reader.skip();
    else if (!reader.tryNil()) read(stats, reader);
  });
  return stats;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** By key on the wire. */
const READERS: ReadonlyMap<string, (stats: Writable<SchedulerStats>, reader: MsgpackReader) => unknown> = new Map(
  Object.entries<(stats: Writable<SchedulerStats>, reader: MsgpackReader) => unknown>({
    num_running_reqs: (stats, reader) => (stats.numRunningReqs = reader.readInt()),
    num_waiting_reqs: (stats, reader) => (stats.numWaitingReqs = reader.readInt()),
    num_skipped_waiting_reqs: (stats, reader) => (stats.numSkippedWaitingReqs = reader.readInt()),
    step_counter: (stats, reader) => (stats.stepCounter = reader.readInt()),
    current_wave: (stats, reader) => (stats.currentWave = reader.readInt()),
    kv_cache_usage: (stats, reader) => (stats.kvCacheUsage = reader.readFloat()),
    prefix_cache_stats: (stats, reader) => (stats.prefixCacheStats = readPrefixCacheStats(reader)),
    connector_prefix_cache_stats: (stats, reader) => (stats.connectorPrefixCacheStats = readPrefixCacheStats(reader)),
    num_kv_fetch_reqs_by_stage: (stats, reader) => (stats.kvFetchReqsByStage = readCounts(reader)),
    kv_cache_eviction_events: (stats, reader) => {
      const events = reader.readArray(readEviction);
      if (events.length > 0) stats.kvCacheEvictions = events;
    },
    spec_decoding_stats: (stats, reader) => (stats.specDecodingStats = readSpecDecodingStats(reader)),
    kv_connector_stats: (stats, reader) => (stats.kvConnectorStats = reader.readRecord()),
    perf_stats: (stats, reader) => (stats.perfStats = readPerfStats(reader)),
  }),
);

function readPrefixCacheStats(reader: MsgpackReader): PrefixCacheStats {
  const stats: Writable<PrefixCacheStats> = { reset: false, requests: 0, queries: 0, hits: 0 };
  reader.readMap((key) => {
    if (key === 'reset') stats.reset = reader.readBoolean();
    else if (key === 'requests' || key === 'queries' || key === 'hits') stats[key] = reader.readInt();
    else if (key === 'hits_by_source') stats.hitsBySource = readCounts(reader);
    else reader.skip();
  });
  return stats;
}

/** Undefined for none. */
function readCounts(reader: MsgpackReader): Record<string, number> | undefined {
  const counts: [string, number][] = [];
  reader.readMap((key) => counts.push([key, reader.readInt()]));
  return counts.length === 0 ? undefined : Object.fromEntries(counts);
}

function readEviction(reader: MsgpackReader): KvCacheEviction {
  const event: Writable<KvCacheEviction> = { lifetimeSeconds: 0, idleSeconds: 0, reuseGapsSeconds: [] };
  reader.readMap((key) => {
    if (key === 'lifetime_seconds') event.lifetimeSeconds = reader.readFloat();
    else if (key === 'idle_seconds') event.idleSeconds = reader.readFloat();
    else if (key === 'reuse_gaps_seconds') event.reuseGapsSeconds = reader.readArray((gap) => gap.readFloat());
    else reader.skip();
  });
  return event;
}

function readSpecDecodingStats(reader: MsgpackReader): SpecDecodingStats {
  const stats: Writable<SpecDecodingStats> = {
    ...{ numDrafts: 0, numDraftTokens: 0, numAcceptedTokens: 0, numAcceptedTokensPerPos: [] },
  };
  reader.readMap((key) => {
    if (key === 'num_drafts') stats.numDrafts = reader.readInt();
    else if (key === 'num_draft_tokens') stats.numDraftTokens = reader.readInt();
    else if (key === 'num_accepted_tokens') stats.numAcceptedTokens = reader.readInt();
    else if (key === 'num_accepted_tokens_per_pos')
      stats.numAcceptedTokensPerPos = reader.readArray((count) => count.readInt());
    else reader.skip();
  });
  return stats;
}

function readPerfStats(reader: MsgpackReader): PerfStats {
  const stats: Writable<PerfStats> = { numFlops: 0, numReadBytes: 0, numWriteBytes: 0 };
  reader.readMap((key) => {
    if (key === 'num_flops_per_gpu') stats.numFlops = reader.readFloat();
    else if (key === 'num_read_bytes_per_gpu') stats.numReadBytes = reader.readFloat();
    else if (key === 'num_write_bytes_per_gpu') stats.numWriteBytes = reader.readFloat();
    else reader.skip();
  });
  return stats;
}
