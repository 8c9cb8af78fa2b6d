import type { EngineCoreInfo } from '../engine.js';
import { MsgpackReader } from '../msgpack/msgpack-reader.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import type { WireLayout } from '../layout/wire-layout.js';

/** What an engine core told when it registered; every key is optional, releases before 0.20 say nothing (engine protocol §5.1). */
export interface Registration extends Partial<EngineCoreInfo> {
  readonly dataParallelRank?: number | undefined;
  /** Where the coordinator publishes to front ends. */
  readonly dpStatsAddress?: string | undefined;
  readonly instanceId?: string | undefined;
  readonly maxLoras?: number | undefined;
  readonly sleepModeEnabled?: boolean | undefined;
  /** Where it publishes what happens to its KV cache. */
  readonly kvEventsConfig?: Readonly<Record<string, unknown>> | undefined;
  readonly effectiveAttentionBlockSize?: number | undefined;
  readonly mambaBlockSize?: number | undefined;
  /** Keys of the map as sent: they tell releases apart that do not name themselves. */
  readonly keys: readonly string[];
}

export interface RegistrationOptions {
  readonly layout: WireLayout;
  readonly rank: number;
  /** Differs between two runs of the same engine. */
  readonly instanceId: string;
  readonly dpStatsAddress?: string | undefined;
}

/** Payload of the registration frame: empty before 0.20. The version it names is the layout's, since that is what clients decode by. */
export function encodeRegistration(info: EngineCoreInfo, options: RegistrationOptions): Buffer {
  const { layout, rank, instanceId, dpStatsAddress } = options;
  const keys = layout.structs.EngineCoreReadyResponse;
  if (keys.length === 0) return Buffer.alloc(0);
  const values: Readonly<Record<string, unknown>> = {
    max_model_len: info.maxModelLen,
    num_gpu_blocks: info.numGpuBlocks,
    block_size: info.blockSize,
    dp_stats_address: dpStatsAddress,
    dtype: info.dtype ?? 'float32',
    vllm_version: layout.release,
    world_size: info.worldSize,
    data_parallel_size: info.dataParallelSize,
    tensor_parallel_size: 1,
    pipeline_parallel_size: 1,
    decode_context_parallel_size: 1,
    data_parallel_rank: rank,
    max_num_seqs: info.maxNumSeqs ?? 1,
    max_num_batched_tokens: info.maxNumBatchedTokens,
    instance_id: instanceId,
    supports_lora: info.supportsLora ?? false,
    kv_events_config: info.kvEventSources?.get(rank),
    max_loras: 0,
    kv_cache_size_tokens: info.kvCacheSizeTokens,
    enable_sleep_mode: false,
    supports_draft_weight_updates: false,
    effective_attention_block_size: info.blockSize,
    coord_store_port: 0,
  };
  const writer = new MsgpackWriter();
  writer.mapHeader(keys.length, keys.length);
  for (const key of keys) {
    writer.string(key);
    if (key === 'kv_cache_max_concurrency' && info.kvCacheMaxConcurrency !== undefined) {
      writer.float(info.kvCacheMaxConcurrency);
    } else {
      writer.any(values[key]);
    }
  }
  return writer.take();
}

/** Takes every key that has the expected type and leaves the rest. Throws MalformedMessageError only when the payload is no map at all. */
export function decodeRegistration(payload: Uint8Array): Registration {
  if (payload.length === 0) return { keys: [] };
  const reader = new MsgpackReader(payload);
  const fields = reader.readRecord();
  reader.expectEnd();
  const int = (name: string) => (Number.isSafeInteger(fields[name]) ? (fields[name] as number) : undefined);
  const float = (name: string) => (Number.isFinite(fields[name]) ? (fields[name] as number) : undefined);
  const string = (name: string) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const boolean = (name: string) => (typeof fields[name] === 'boolean' ? fields[name] : undefined);
  const record = (name: string) => (isRecord(fields[name]) ? fields[name] : undefined);
  return {
    maxModelLen: int('max_model_len'),
    numGpuBlocks: int('num_gpu_blocks'),
    blockSize: int('block_size'),
    dtype: string('dtype'),
    vllmVersion: string('vllm_version'),
    worldSize: int('world_size'),
    dataParallelSize: int('data_parallel_size'),
    kvCacheSizeTokens: int('kv_cache_size_tokens'),
    kvCacheMaxConcurrency: float('kv_cache_max_concurrency'),
    maxNumSeqs: int('max_num_seqs'),
    maxNumBatchedTokens: int('max_num_batched_tokens'),
    supportsLora: boolean('supports_lora'),
    dataParallelRank: int('data_parallel_rank'),
    dpStatsAddress: string('dp_stats_address'),
    instanceId: string('instance_id'),
    maxLoras: int('max_loras'),
    sleepModeEnabled: boolean('enable_sleep_mode'),
    kvEventsConfig: record('kv_events_config'),
    effectiveAttentionBlockSize: int('effective_attention_block_size'),
    mambaBlockSize: int('mamba_block_size'),
    keys: Object.keys(fields),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map);
}
