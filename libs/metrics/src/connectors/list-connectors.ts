/** A connector that tells its samples as lists of numbers by name. */
export interface ListConnector {
  /** A name that no other connector has. */
  readonly mark: string;
  readonly series: readonly ListSeries[];
}

/** Every number under `from` is an observation, an amount to add, or, the last one, a state. */
export interface ListSeries {
  readonly name: string;
  readonly help: string;
  readonly from: readonly string[];
  /** Left out: a counter. */
  readonly bounds?: readonly number[];
  readonly isState?: boolean;
}

const TRANSFER_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 5];
const BYTES = Array.from({ length: 12 }, (_, index) => 2 ** (11 + 2 * index));
const DESCRIPTORS = [10, 20, 30, 50, 75, 100, 200, 400, 1000, 2000, 4000, 10_000, 20_000, 50_000];
const FILE_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 5];
const RESIDENCY = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800,
];

const nixl: ListConnector = {
  mark: 'post_duration',
  series: [
    {
      name: 'vllm:nixl_xfer_time_seconds',
      help: 'Duration of NIXL transfers.',
      from: ['transfer_duration'],
      bounds: TRANSFER_SECONDS,
    },
    {
      name: 'vllm:nixl_post_time_seconds',
      help: 'Time to post a NIXL transfer.',
      from: ['post_duration'],
      bounds: [0.001, ...TRANSFER_SECONDS],
    },
    {
      name: 'vllm:nixl_bytes_transferred',
      help: 'Bytes per NIXL transfer.',
      from: ['bytes_transferred'],
      bounds: BYTES,
    },
    {
      name: 'vllm:nixl_num_descriptors',
      help: 'Descriptors per NIXL transfer.',
      from: ['num_descriptors'],
      bounds: DESCRIPTORS,
    },
    {
      name: 'vllm:nixl_num_failed_transfers',
      help: 'NIXL transfers, handshakes and notifications that failed.',
      from: ['num_failed_transfers', 'num_failed_handshakes', 'num_failed_notifications'],
    },
    {
      name: 'vllm:nixl_num_failed_notifications',
      help: 'NIXL notifications that failed.',
      from: ['num_failed_notifications'],
    },
    {
      name: 'vllm:nixl_num_kv_expired_reqs',
      help: 'Requests whose KV blocks expired before they were fetched.',
      from: ['num_kv_expired_reqs'],
    },
    {
      name: 'vllm:nixl_num_notifications_after_expiry',
      help: 'NIXL notifications of requests that had expired.',
      from: ['num_notifications_after_expiry'],
    },
  ],
};

const mooncake: ListConnector = {
  mark: 'num_failed_recvs',
  series: [
    {
      name: 'vllm:mooncake_xfer_time_seconds',
      help: 'Duration of Mooncake transfers.',
      from: ['transfer_duration'],
      bounds: TRANSFER_SECONDS,
    },
    {
      name: 'vllm:mooncake_bytes_transferred',
      help: 'Bytes per Mooncake transfer.',
      from: ['bytes_transferred'],
      bounds: BYTES,
    },
    {
      name: 'vllm:mooncake_num_descriptors',
      help: 'Descriptors per Mooncake transfer.',
      from: ['num_descriptors'],
      bounds: DESCRIPTORS,
    },
    {
      name: 'vllm:mooncake_num_failed_transfers',
      help: 'Mooncake transfers that failed.',
      from: ['num_failed_transfers'],
    },
    { name: 'vllm:mooncake_num_failed_recvs', help: 'Mooncake receptions that failed.', from: ['num_failed_recvs'] },
    {
      name: 'vllm:mooncake_num_kv_expired_reqs',
      help: 'Requests whose KV blocks expired before they were fetched.',
      from: ['num_kv_expired_reqs'],
    },
  ],
};

const hiSparse: ListConnector = {
  mark: 'host_to_device_bytes',
  series: [
    { name: 'vllm:hisparse_cache_hits', help: 'Hits of the hot buffer.', from: ['cache_hits'] },
    { name: 'vllm:hisparse_cache_misses', help: 'Misses of the hot buffer.', from: ['cache_misses'] },
    {
      name: 'vllm:hisparse_host_to_device_bytes',
      help: 'Bytes copied from the host to the device.',
      from: ['host_to_device_bytes'],
    },
    {
      name: 'vllm:hisparse_host_cache_usage_perc',
      help: 'Usage of the host cache; 1 means 100 percent.',
      from: ['host_cache_usage_perc'],
      isState: true,
    },
    {
      name: 'vllm:hisparse_pending_page_transfers',
      help: 'Page transfers under way.',
      from: ['pending_page_transfers'],
      isState: true,
    },
    {
      name: 'vllm:hisparse_host_block_lifetime_seconds',
      help: 'Allocation to eviction of a host block.',
      from: ['host_block_lifetime_seconds'],
      bounds: RESIDENCY,
    },
    {
      name: 'vllm:hisparse_host_block_idle_before_evict_seconds',
      help: 'Last use to eviction of a host block.',
      from: ['host_block_idle_before_evict_seconds'],
      bounds: RESIDENCY,
    },
    {
      name: 'vllm:hisparse_host_block_reuse_gap_seconds',
      help: 'Time between two uses of a host block.',
      from: ['host_block_reuse_gap_seconds'],
      bounds: RESIDENCY,
    },
  ],
};

const hf3fs: ListConnector = {
  mark: 'num_failed_save',
  series: [
    {
      name: 'vllm:hf3fs_save_duration_seconds',
      help: 'Duration of saves to 3FS.',
      from: ['save_duration'],
      bounds: FILE_SECONDS,
    },
    {
      name: 'vllm:hf3fs_load_duration_seconds',
      help: 'Duration of loads from 3FS.',
      from: ['load_duration'],
      bounds: FILE_SECONDS,
    },
    { name: 'vllm:hf3fs_num_failed_save', help: 'Saves to 3FS that failed.', from: ['num_failed_save'] },
    { name: 'vllm:hf3fs_num_failed_load', help: 'Loads from 3FS that failed.', from: ['num_failed_load'] },
  ],
};

export const listConnectors: readonly ListConnector[] = [nixl, mooncake, hiSparse, hf3fs];
