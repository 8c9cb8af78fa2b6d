import type { MetricSeries } from '@app/metrics';

/** What the series say of one engine at one moment; counts since the start, usage 0…1. */
export interface EngineFigures {
  readonly promptTokens: number;
  readonly generationTokens: number;
  readonly running: number;
  readonly waiting: number;
  readonly deferred: number;
  /** By stage: `waiting_to_start`, `in_progress`, `completed_waiting`. */
  readonly kvFetch: Readonly<Record<string, number>>;
  readonly preemptions: number;
  readonly kvCacheUsage: number;
  readonly prefixCache: CacheCounts;
  readonly externalPrefixCache: CacheCounts;
  readonly multiModalCache: CacheCounts;
}

interface CacheCounts {
  readonly queries: number;
  readonly hits: number;
}

/** Reads the figures of every engine, by its label, out of the series that `/metrics` shows. */
export function toEngineFigures(series: readonly MetricSeries[]): ReadonlyMap<string, EngineFigures> {
  const byName = new Map(series.map((one) => [one.name, one]));
  const engines = byName.get('vllm:num_requests_running')?.values.map(({ labels }) => String(labels.engine)) ?? [];
  return new Map(engines.map((engine) => [engine, figuresOf(engine)]));

  function figuresOf(engine: string): EngineFigures {
    const value = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
      byName.get(`vllm:${name}`)?.values.find((one) => matches(one.labels, { engine, ...labels }))?.value ?? 0;
    const cache = (name: string): CacheCounts => ({
      queries: value(`${name}_queries_total`),
      hits: value(`${name}_hits_total`),
    });
    const stages = ['waiting_to_start', 'in_progress', 'completed_waiting'];
    return {
      promptTokens: value('prompt_tokens_total'),
      generationTokens: value('generation_tokens_total'),
      running: value('num_requests_running'),
      waiting: value('num_requests_waiting_by_reason', { reason: 'capacity' }),
      deferred: value('num_requests_waiting_by_reason', { reason: 'deferred' }),
      kvFetch: Object.fromEntries(stages.map((stage) => [stage, value('num_requests_kv_fetch_by_stage', { stage })])),
      preemptions: value('num_preemptions_total'),
      kvCacheUsage: value('kv_cache_usage_perc'),
      prefixCache: cache('prefix_cache'),
      externalPrefixCache: cache('external_prefix_cache'),
      multiModalCache: cache('mm_cache'),
    };
  }
}

/** Several engines as one: sums, and the mean of their caches' usage. */
export function aggregateFigures(engines: readonly EngineFigures[]): EngineFigures {
  const sum = (read: (figures: EngineFigures) => number): number =>
    engines.reduce((total, figures) => total + read(figures), 0);
  const cache = (read: (figures: EngineFigures) => CacheCounts): CacheCounts => ({
    queries: sum((figures) => read(figures).queries),
    hits: sum((figures) => read(figures).hits),
  });
  const stages = Object.keys(engines[0]?.kvFetch ?? {});
  return {
    promptTokens: sum((figures) => figures.promptTokens),
    generationTokens: sum((figures) => figures.generationTokens),
    running: sum((figures) => figures.running),
    waiting: sum((figures) => figures.waiting),
    deferred: sum((figures) => figures.deferred),
    kvFetch: Object.fromEntries(stages.map((stage) => [stage, sum(({ kvFetch }) => kvFetch[stage])])),
    preemptions: sum((figures) => figures.preemptions),
    kvCacheUsage: engines.length === 0 ? 0 : sum((figures) => figures.kvCacheUsage) / engines.length,
    prefixCache: cache((figures) => figures.prefixCache),
    externalPrefixCache: cache((figures) => figures.externalPrefixCache),
    multiModalCache: cache((figures) => figures.multiModalCache),
  };
}

/** Something was computed between the two moments, or is about to be. */
export function isActive(before: EngineFigures, now: EngineFigures): boolean {
  const computed = now.promptTokens - before.promptTokens + (now.generationTokens - before.generationTokens);
  return computed > 0 || now.running + now.waiting + now.deferred > 0;
}

/** vLLM's line about the time between two moments (metrics.md §4); hit rates are those of all the time so far. */
export function toStatsLine(before: EngineFigures, now: EngineFigures, seconds: number): string {
  const perSecond = (read: (figures: EngineFigures) => number): string =>
    ((read(now) - read(before)) / seconds).toFixed(1);
  const preemptions = now.preemptions - before.preemptions;
  const { waiting_to_start: toStart, in_progress: inProgress, completed_waiting: completed } = now.kvFetch;
  const parts = [
    `Avg prompt throughput: ${perSecond((figures) => figures.promptTokens)} tokens/s`,
    `Avg generation throughput: ${perSecond((figures) => figures.generationTokens)} tokens/s`,
    `Running: ${now.running} reqs`,
    `Waiting: ${now.waiting} reqs`,
    ...(now.deferred > 0 ? [`Deferred: ${now.deferred} reqs`] : []),
    ...(toStart + inProgress + completed > 0
      ? [`KV fetch: ${toStart} waiting to start, ${inProgress} in progress, ${completed} completed waiting`]
      : []),
    ...(preemptions > 0 ? [`Preemptions: ${preemptions}`] : []),
    `GPU KV cache usage: ${percent(now.kvCacheUsage)}`,
    `Prefix cache hit rate: ${hitRate(now.prefixCache)}`,
    ...(now.externalPrefixCache.queries > 0
      ? [`External prefix cache hit rate: ${hitRate(now.externalPrefixCache)}`]
      : []),
    ...(now.multiModalCache.queries > 0 ? [`MM cache hit rate: ${hitRate(now.multiModalCache)}`] : []),
  ];
  return parts.join(', ');
}

function matches(labels: object, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => String(Reflect.get(labels, name)) === value);
}

function hitRate({ queries, hits }: CacheCounts): string {
  return percent(queries === 0 ? 0 : hits / queries);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
