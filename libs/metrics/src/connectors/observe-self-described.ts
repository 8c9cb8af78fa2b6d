import type { Counter, Gauge, Histogram } from 'prom-client';
import type { Labels, LabelValues, SeriesFactory } from '../series-factory.js';
import { amountOf, isRecord } from './statistics.js';
import type { ConnectorObserver } from './statistics.js';

const BYTES = [1e6, 5e6, 1e7, 2e7, 4e7, 6e7, 8e7, 1e8, 1.5e8, 2e8];
const SYNC_SECONDS = [1e-5, 5e-5, 1e-4, 5e-4, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1];
const ASYNC_SECONDS = [1e-4, 5e-4, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const CHUNKS = Array.from({ length: 10 }, (_, index) => 4 ** index);

/** What the statistics do not say themselves, by the name behind `vllm:`. */
const BOUNDS: Readonly<Record<string, readonly number[]>> = {
  kv_offload_load_size: BYTES,
  kv_offload_store_size: BYTES,
  kv_offload_lookup_sync_delay_seconds: SYNC_SECONDS,
  kv_offload_lookup_async_delay_seconds: ASYNC_SECONDS,
  kv_offload_cpu_allocation_size: CHUNKS,
  kv_offload_tiering_lookup_sync_delay_seconds: SYNC_SECONDS,
  kv_offload_tiering_lookup_async_delay_seconds: ASYNC_SECONDS,
};

const LABELS: readonly (readonly [names: RegExp, labels: readonly string[]])[] = [
  [/^simple_kv_offload_save_outcomes_total$/, ['outcome']],
  [/^simple_kv_offload_info$/, ['backend', 'page_cache', 'lazy_offload', 'capacity_blocks']],
  [/^umbp_transfer_/, ['operation']],
  [/^kv_offload_tiering_promotion_latency_seconds$/, ['tier', 'result']],
  [/^kv_offload_tiering_/, ['tier']],
];

/** Older names for the same, with the direction as a label. */
function oldName(name: string): { readonly name: string; readonly transferType: string } | undefined {
  const [, direction, what] = /^vllm:kv_offload_(load|store)_(bytes|time|size)$/.exec(name) ?? [];
  if (what === undefined) return undefined;
  return {
    name: what === 'size' ? 'vllm:kv_offload_size' : `vllm:kv_offload_total_${what}`,
    transferType: direction === 'load' ? 'CPU_to_GPU' : 'GPU_to_CPU',
  };
}

/** How many series the engines may make up. */
const MAX_METRICS = 200;

/** For connectors that name metric, type and values themselves: `{types: {name: type}, data: {name: {label values: value}}}`. */
export function observeSelfDescribed(newFactory: () => SeriesFactory): ConnectorObserver {
  const make = newFactory();
  const known = new Map<string, (labels: Labels, value: unknown) => void>();

  const metric = (name: string, type: unknown, labelNames: readonly string[]) => {
    const observe = known.get(name);
    if (observe || known.size >= MAX_METRICS) return observe;
    const declared = declare(make, { name, type, labelNames });
    if (declared) known.set(name, declared);
    return declared;
  };

  return (common, { types, data }) => {
    if (!isRecord(types) || !isRecord(data)) return;
    for (const [name, series] of Object.entries(data)) {
      for (const [values, value] of entriesOf(series)) {
        const labelNames = labelNamesOf(name, values.length);
        if (labelNames === undefined) continue;
        const labels = { ...common, ...Object.fromEntries(labelNames.map((label, index) => [label, values[index]])) };
        metric(name, types[name], labelNames)?.(labels, value);
        const old = values.length === 0 ? oldName(name) : undefined;
        if (old) {
          metric(old.name, types[name], ['transfer_type'])?.({ ...common, transfer_type: old.transferType }, value);
        }
      }
    }
  };
}

interface Declaration {
  readonly name: string;
  readonly type: unknown;
  readonly labelNames: readonly string[];
}

function declare(make: SeriesFactory, { name, type, labelNames }: Declaration) {
  if (!/^vllm:[a-z0-9_]{1,100}$/.test(name)) return undefined;
  const values: LabelValues = Object.fromEntries(labelNames.map((label) => [label, []]));
  const help = `Told by the KV connector (${name.slice('vllm:'.length).replaceAll('_', ' ')}).`;
  switch (type) {
    case 'counter':
      return addTo(make.counter(name, help, values));
    case 'gauge':
      return setTo(make.gauge(name, help, values));
    case 'histogram':
      return observeIn(make.histogram(name, help, BOUNDS[name.slice('vllm:'.length)] ?? BYTES, values));
    default:
      return undefined;
  }
}

const addTo = (counter: Counter) => (labels: Labels, value: unknown) => counter.inc(labels, amountOf(value));
const setTo = (gauge: Gauge) => (labels: Labels, value: unknown) => gauge.set(labels, amountOf(value));
const observeIn = (histogram: Histogram) => (labels: Labels, value: unknown) => {
  const samples: readonly unknown[] = Array.isArray(value) ? value : [value];
  samples.forEach((sample) => histogram.observe(labels, amountOf(sample)));
};

/** Undefined where there are values but nobody knows of what. */
function labelNamesOf(name: string, count: number): readonly string[] | undefined {
  if (count === 0) return [];
  const [, labels] = LABELS.find(([names]) => names.test(name.slice('vllm:'.length))) ?? [];
  return labels?.length === count ? labels : undefined;
}

/** The keys are lists of label values: maps with such keys come as a `Map`. */
function entriesOf(series: unknown): readonly (readonly [values: readonly string[], value: unknown])[] {
  if (!(series instanceof Map)) return [];
  return [...(series as ReadonlyMap<unknown, unknown>)].map(([key, value]) => [
    Array.isArray(key) ? key.map(String) : [],
    value,
  ]);
}
