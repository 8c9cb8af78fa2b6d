import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { registryPage } from '../registry-page.js';
import { ConnectorMetrics } from './connector-metrics.js';
import type { Statistics } from './statistics.js';

const L = { engine: '0', model_name: 'm' };

/** Samples after these reports that are not 0, without buckets and without the labels of every series. */
async function samplesAfter(...reports: readonly Statistics[]): Promise<string[]> {
  const registry = new Registry();
  const connectors = new ConnectorMetrics(registry, ['engine', 'model_name']);
  reports.forEach((report) => connectors.observe(L, report));
  const page = await registryPage(registry, { created: false });
  return page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('_bucket{') && !line.endsWith(' 0.0'))
    .map((line) =>
      line
        .replace(/engine="0",?|model_name="m",?/g, '')
        .replace(/,?\}/, '}')
        .replace('vllm:', ''),
    );
}

const nixl = {
  transfer_duration: [0.25, 0.5],
  post_duration: [0.01],
  bytes_transferred: [4096],
  num_descriptors: [8, 8],
  num_failed_transfers: [1],
  num_failed_handshakes: [1],
  num_failed_notifications: [1],
  num_kv_expired_reqs: [],
  num_notifications_after_expiry: [1],
};

const nixlSamples = [
  'nixl_xfer_time_seconds_sum{} 0.75',
  'nixl_xfer_time_seconds_count{} 2.0',
  'nixl_post_time_seconds_sum{} 0.01',
  'nixl_post_time_seconds_count{} 1.0',
  'nixl_bytes_transferred_sum{} 4096.0',
  'nixl_bytes_transferred_count{} 1.0',
  'nixl_num_descriptors_sum{} 16.0',
  'nixl_num_descriptors_count{} 2.0',
  'nixl_num_failed_transfers_total{} 3.0',
  'nixl_num_failed_notifications_total{} 1.0',
  'nixl_num_notifications_after_expiry_total{} 1.0',
];

const offload = {
  types: {
    'vllm:kv_offload_load_bytes': 'counter',
    'vllm:kv_offload_load_size': 'histogram',
    'vllm:kv_offload_cpu_cache_usage_perc': 'gauge',
    'vllm:kv_offload_tiering_read_bytes': 'counter',
  },
  data: {
    'vllm:kv_offload_load_bytes': new Map([[[], 5]]),
    'vllm:kv_offload_load_size': new Map([[[], [2, 3]]]),
    'vllm:kv_offload_cpu_cache_usage_perc': new Map([[[], 0.5]]),
    'vllm:kv_offload_tiering_read_bytes': new Map([[['disk'], 7]]),
  },
};

describe('ConnectorMetrics', () => {
  it.each<[string, readonly Statistics[], readonly string[]]>([
    ['lists of numbers', [nixl], nixlSamples],
    ['several connectors at once', [{ NixlConnector: nixl }], nixlSamples],
    [
      'single numbers',
      [{ save_duration: [0.1], load_duration: [], num_failed_save: 2, num_failed_load: 0, num_transfer_task: 3 }],
      [
        'hf3fs_save_duration_seconds_sum{} 0.1',
        'hf3fs_save_duration_seconds_count{} 1.0',
        'hf3fs_num_failed_save_total{} 2.0',
      ],
    ],
    [
      'states: the last one counts',
      [
        { host_to_device_bytes: [5], pending_page_transfers: [3, 2] },
        { host_to_device_bytes: [6], pending_page_transfers: [] },
      ],
      ['hisparse_host_to_device_bytes_total{} 11.0', 'hisparse_pending_page_transfers{} 2.0'],
    ],
    [
      'records by operation',
      [{ put: [{ duration_seconds: 0.5, num_keys: 2, num_bytes: 9, status: 'ok', num_failed_keys: 0 }] }],
      [
        'mooncake_store_operation_time_seconds_sum{operation="put",status="ok"} 0.5',
        'mooncake_store_operation_time_seconds_count{operation="put",status="ok"} 1.0',
        'mooncake_store_operation_total{operation="put",status="ok"} 1.0',
        'mooncake_store_operation_keys_total{operation="put",status="ok"} 2.0',
        'mooncake_store_operation_bytes_total{operation="put",status="ok"} 9.0',
      ],
    ],
    [
      'series that describe themselves',
      [offload],
      [
        'kv_offload_load_bytes_total{} 5.0',
        'kv_offload_total_bytes_total{transfer_type="CPU_to_GPU"} 5.0',
        'kv_offload_load_size_sum{} 5.0',
        'kv_offload_load_size_count{} 2.0',
        'kv_offload_size_sum{transfer_type="CPU_to_GPU"} 5.0',
        'kv_offload_size_count{transfer_type="CPU_to_GPU"} 2.0',
        'kv_offload_cpu_cache_usage_perc{} 0.5',
        'kv_offload_tiering_read_bytes_total{tier="disk"} 7.0',
      ],
    ],
    ['nothing', [{}], []],
    ['other forms', [{ a: 1 }, { a: { b: { c: [1] } } }, { types: {}, data: { x: 1 } }, { a: ['x', null] }], []],
    [
      'names that are none, and labels nobody knows',
      [
        {
          types: { 'x"y': 'counter', 'vllm:kv_offload_load_bytes': 'counter' },
          data: { 'x"y': new Map([[[], 1]]), 'vllm:kv_offload_load_bytes': new Map([[['a'], 1]]) },
        },
      ],
      [],
    ],
  ])('reads %s', async (_, reports, expected) => {
    expect(await samplesAfter(...reports)).toEqual(expected);
  });
});
