import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { AdapterMetrics } from './adapter-metrics.js';
import type { AdapterPlace } from './adapter-metrics.js';
import { bucketFamilies } from './buckets.js';
import type { BucketFamilies } from './buckets.js';
import { ConnectorMetrics } from './connectors/connector-metrics.js';
import {
  declareEngineSeries,
  declareKvBlockSeries,
  declareKvFetchSeries,
  declareSpecDecodingSeries,
} from './engine-series.js';
import type { EngineSeries } from './engine-series.js';
import { SeriesFactory } from './series-factory.js';
import { settingsOf } from './settings.js';

export interface EngineMetricsOptions {
  readonly registry: Registry;
  /** First served name. */
  readonly modelName: string;
  readonly engineCount: number;
  /** Global rank of the first engine: engines are labelled with their rank. */
  readonly startRank?: number | undefined;
  /** In tokens; bounds the token histograms. */
  readonly maxModelLen: number;
  /** Bounds for whole families of histograms, instead of vLLM's. */
  readonly customBuckets?: Partial<BucketFamilies> | undefined;
  /** LoRA adapters that run in one batch; undefined: the engines run none. */
  readonly maxLoras?: number | undefined;
  /** Labels of `vllm:cache_config_info`, the same for every engine; values as text. */
  readonly cacheConfig: Readonly<Record<string, string>>;
}

/** Scheduler state after a step, and what was counted since the last report. */
export interface SchedulerSample {
  readonly numRunningReqs: number;
  readonly numWaitingReqs: number;
  readonly numSkippedWaitingReqs: number;
  /** 0…1 */
  readonly kvCacheUsage: number;
  readonly prefixCacheStats: CacheSample;
  readonly connectorPrefixCacheStats?: CacheSample | undefined;
  readonly kvFetchReqsByStage?: Readonly<Record<string, number>> | undefined;
  readonly kvCacheEvictions?: readonly EvictionSample[] | undefined;
  readonly specDecodingStats?: SpecDecodingSample | undefined;
  readonly kvConnectorStats?: Readonly<Record<string, unknown>> | undefined;
  readonly perfStats?:
    { readonly numFlops: number; readonly numReadBytes: number; readonly numWriteBytes: number } | undefined;
}

/** In tokens. */
interface CacheSample {
  readonly queries: number;
  readonly hits: number;
  readonly hitsBySource?: Readonly<Record<string, number>> | undefined;
}

interface EvictionSample {
  readonly lifetimeSeconds: number;
  readonly idleSeconds: number;
  readonly reuseGapsSeconds: readonly number[];
}

interface SpecDecodingSample {
  readonly numDrafts: number;
  readonly numDraftTokens: number;
  readonly numAcceptedTokens: number;
  readonly numAcceptedTokensPerPos: readonly number[];
}

/** Token and time facts of one finished sample. Times in seconds; undefined where the engine sent no events. */
export interface FinishedSample {
  readonly engineIndex: number;
  readonly finishReason: string;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly generationTokens: number;
  readonly maxTokens: number | undefined;
  readonly e2eSeconds: number;
  readonly queueSeconds: number | undefined;
  readonly prefillSeconds: number | undefined;
  readonly decodeSeconds: number | undefined;
  readonly inferenceSeconds: number | undefined;
  readonly preemptions: number;
}

/** Where the tokens of a prompt came from. */
export interface FirstTokenSample {
  /** Arrival to first token. */
  readonly seconds: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** Of the cached ones, those that another engine had computed. */
  readonly externalCachedTokens: number;
}

/** How deep an engine sleeps: 0 = it schedules nothing, 1 = its weights are elsewhere, 2 = they are gone. */
export type SleepLevel = 0 | 1 | 2;

interface EngineLabels extends Readonly<Record<string, string>> {
  readonly engine: string;
  readonly model_name: string;
}

/** Printed in alphabetical order, as vLLM's are. */
const COMMON_LABELS = ['engine', 'model_name'] as const;

/** Every `vllm:*` series that the engines' statistics can feed (metrics.md §2). Engines are counted from 0 here, as behind the `Engine` port. */
export class EngineMetrics {
  private readonly labels: EngineLabels[] = [];
  private readonly groups: SeriesFactory[] = [];
  private readonly series: EngineSeries;
  private readonly kvFetches = this.optional(declareKvFetchSeries);
  private readonly specDecoding = this.optional(declareSpecDecodingSeries);
  private readonly kvBlocks = this.optional((make) => declareKvBlockSeries(make, this.buckets));
  private readonly connectors: ConnectorMetrics;
  private readonly adapters: AdapterMetrics | undefined;
  private readonly buckets: BucketFamilies;
  private readonly cacheInfo: Gauge;
  /** Those that are there now. */
  private engineCount = 0;

  constructor(private readonly options: EngineMetricsOptions) {
    const { registry, maxModelLen, customBuckets, maxLoras, cacheConfig, engineCount } = options;
    this.buckets = bucketFamilies(maxModelLen, customBuckets);
    this.series = declareEngineSeries(this.newGroup(), this.buckets);
    this.connectors = new ConnectorMetrics(registry, COMMON_LABELS);
    this.adapters = maxLoras === undefined ? undefined : new AdapterMetrics(registry, maxLoras);
    this.cacheInfo = new Gauge({
      name: 'vllm:cache_config_info',
      help: 'KV cache configuration, as labels.',
      labelNames: ['engine', ...Object.keys(cacheConfig)],
      registers: [registry],
      aggregator: 'first',
    });
    this.cover(engineCount);
  }

  /** From now on there are so many engines: one that is new begins at 0, one that has left shows no state any more. */
  cover(engineCount: number): void {
    if (engineCount === this.engineCount) return;
    const { startRank = 0, modelName, cacheConfig } = this.options;
    for (let engine = this.engineCount; engine < engineCount; engine++) {
      const labels = { engine: String(startRank + engine), model_name: modelName };
      this.labels[engine] = labels;
      this.cacheInfo.set({ engine: labels.engine, ...cacheConfig }, 1);
      this.groups.forEach((group) => group.start(labels));
      this.series.sleepState.set({ ...labels, sleep_state: 'awake' }, 1);
    }
    for (let engine = engineCount; engine < this.engineCount; engine++) {
      const labels = this.labels[engine];
      this.cacheInfo.remove({ engine: labels.engine, ...cacheConfig });
      this.groups.forEach((group) => group.end(labels));
    }
    this.engineCount = engineCount;
  }

  /** After a step of one engine. */
  observeScheduler(engine: number, sample: SchedulerSample): void {
    if (engine >= this.engineCount) return;
    const labels = this.labelsOf(engine);
    const { series } = this;
    series.running.set(labels, sample.numRunningReqs);
    series.waiting.set(labels, sample.numWaitingReqs + sample.numSkippedWaitingReqs);
    series.waitingByReason.set({ ...labels, reason: 'capacity' }, sample.numWaitingReqs);
    series.waitingByReason.set({ ...labels, reason: 'deferred' }, sample.numSkippedWaitingReqs);
    series.kvCacheUsage.set(labels, sample.kvCacheUsage);
    this.adapters?.update();
    this.observeCaches(labels, sample);
    this.observeOccasional(labels, sample);
  }

  /** Once per engine step: prompt tokens computed in it and tokens generated in it. */
  observeIteration(engine: number, tokens: { readonly computedPrompt: number; readonly generated: number }): void {
    const labels = this.labelsOf(engine);
    this.series.generationTokens.inc(labels, tokens.generated);
    const all = tokens.computedPrompt + tokens.generated;
    if (all > 0) this.series.iterationTokens.observe(labels, all);
  }

  /** When a prefill is done. */
  observeFirstToken(engine: number, first: FirstTokenSample): void {
    const labels = this.labelsOf(engine);
    const { promptTokens, cachedTokens, externalCachedTokens } = first;
    const { timeToFirstToken, promptTokensBySource } = this.series;
    timeToFirstToken.observe(labels, first.seconds);
    this.series.promptTokens.inc(labels, promptTokens);
    promptTokensBySource.inc({ ...labels, source: 'local_compute' }, promptTokens - cachedTokens);
    promptTokensBySource.inc({ ...labels, source: 'local_cache_hit' }, cachedTokens - externalCachedTokens);
    promptTokensBySource.inc({ ...labels, source: 'external_kv_transfer' }, externalCachedTokens);
    this.series.promptTokensCached.inc(labels, cachedTokens);
  }

  observeInterTokenLatency(engine: number, seconds: number): void {
    this.series.interTokenLatency.observe(this.labelsOf(engine), seconds);
  }

  observeFinished(sample: FinishedSample): void {
    const labels = this.labelsOf(sample.engineIndex);
    const { series } = this;
    series.requestSuccess.inc({ ...labels, finished_reason: sample.finishReason });
    series.requestPromptTokens.observe(labels, sample.promptTokens);
    series.requestGenerationTokens.observe(labels, sample.generationTokens);
    series.requestPrefillComputed.observe(labels, sample.promptTokens - sample.cachedTokens);
    if (sample.maxTokens !== undefined) series.requestMaxTokens.observe(labels, sample.maxTokens);
    series.e2eLatency.observe(labels, sample.e2eSeconds);
    if (sample.queueSeconds !== undefined) series.queueTime.observe(labels, sample.queueSeconds);
    if (sample.prefillSeconds !== undefined) series.prefillTime.observe(labels, sample.prefillSeconds);
    if (sample.inferenceSeconds !== undefined) series.inferenceTime.observe(labels, sample.inferenceSeconds);
    if (sample.decodeSeconds !== undefined) {
      series.decodeTime.observe(labels, sample.decodeSeconds);
      const gaps = sample.generationTokens - 1;
      series.timePerOutputToken.observe(labels, gaps > 0 ? sample.decodeSeconds / gaps : 0);
    }
    series.requestPreemptions.observe(labels, sample.preemptions);
    if (sample.preemptions > 0) series.preemptions.inc(labels, sample.preemptions);
  }

  /** Once per request, when its last sample has ended. */
  observeRequest(engine: number, request: { readonly n: number; readonly maxGenerationTokens: number }): void {
    const labels = this.labelsOf(engine);
    this.series.requestN.observe(labels, request.n);
    this.series.requestMaxGenerationTokens.observe(labels, request.maxGenerationTokens);
  }

  /** A request for an adapter is in another place of an engine now. */
  observeAdapter(adapter: string, requestId: string, place: AdapterPlace): void {
    this.adapters?.place(adapter, requestId, place);
  }

  /** Every engine sleeps at this level, or, undefined, is awake. At level 0 none of the states holds (metrics.md §2.1). */
  observeSleep(level: SleepLevel | undefined): void {
    settingsOf(this.options.registry).set('vllm:engine_sleep_state', Date.now());
    for (const labels of this.labels.slice(0, this.engineCount)) {
      const set = (state: string, holds: boolean): void =>
        this.series.sleepState.set({ ...labels, sleep_state: state }, Number(holds));
      set('awake', level === undefined);
      set('weights_offloaded', level === 1);
      set('discard_all', level === 2);
    }
  }

  private observeCaches(labels: EngineLabels, { prefixCacheStats, connectorPrefixCacheStats }: SchedulerSample): void {
    const { series } = this;
    series.prefixCacheQueries.inc(labels, prefixCacheStats.queries);
    series.prefixCacheHits.inc(labels, prefixCacheStats.hits);
    series.promptTokensCachedBySource.inc({ ...labels, source: 'device' }, prefixCacheStats.hits);
    if (connectorPrefixCacheStats === undefined) return;
    const { queries, hits, hitsBySource = {} } = connectorPrefixCacheStats;
    series.externalCacheQueries.inc(labels, queries);
    series.externalCacheHits.inc(labels, hits);
    for (const [source, tokens] of Object.entries(hitsBySource)) {
      series.promptTokensCachedBySource.inc({ ...labels, source }, tokens);
    }
  }

  /** What only some engines tell; its series appear with the first that does. */
  private observeOccasional(labels: EngineLabels, sample: SchedulerSample): void {
    const { kvFetchReqsByStage, kvCacheEvictions, specDecodingStats, kvConnectorStats, perfStats } = sample;
    if (kvFetchReqsByStage !== undefined) this.observeKvFetches(labels, kvFetchReqsByStage);
    kvCacheEvictions?.forEach((eviction) => this.observeEviction(labels, eviction));
    if (specDecodingStats !== undefined) this.observeSpecDecoding(labels, specDecodingStats);
    if (kvConnectorStats !== undefined) this.connectors.observe(labels, kvConnectorStats);
    if (perfStats !== undefined) {
      this.series.flops.inc(labels, perfStats.numFlops);
      this.series.readBytes.inc(labels, perfStats.numReadBytes);
      this.series.writeBytes.inc(labels, perfStats.numWriteBytes);
    }
  }

  /** Engines that fetch nothing tell zeros. */
  private observeKvFetches(labels: EngineLabels, byStage: Readonly<Record<string, number>>): void {
    const stages = Object.entries(byStage);
    if (!this.kvFetches.isDeclared && stages.every(([, count]) => count === 0)) return;
    for (const [stage, count] of stages) this.kvFetches.series.fetching.set({ ...labels, stage }, count);
  }

  private observeEviction(labels: EngineLabels, eviction: EvictionSample): void {
    const { lifetime, idle, reuseGap } = this.kvBlocks.series;
    lifetime.observe(labels, eviction.lifetimeSeconds);
    idle.observe(labels, eviction.idleSeconds);
    eviction.reuseGapsSeconds.forEach((seconds) => reuseGap.observe(labels, seconds));
  }

  private observeSpecDecoding(labels: EngineLabels, sample: SpecDecodingSample): void {
    const { drafts, draftTokens, acceptedTokens, acceptedByPosition } = this.specDecoding.series;
    drafts.inc(labels, sample.numDrafts);
    draftTokens.inc(labels, sample.numDraftTokens);
    acceptedTokens.inc(labels, sample.numAcceptedTokens);
    sample.numAcceptedTokensPerPos.forEach((count, position) =>
      acceptedByPosition.inc({ ...labels, position: String(position) }, count),
    );
  }

  /** An engine that has just joined may finish requests before it tells anything else. */
  private labelsOf(engine: number): EngineLabels {
    if (engine >= this.labels.length) this.cover(engine + 1);
    return this.labels[engine];
  }

  private newGroup(): SeriesFactory {
    const group = new SeriesFactory(this.options.registry, COMMON_LABELS);
    this.groups.push(group);
    return group;
  }

  /** Series that are declared when they are first asked for, for every engine there is. */
  private optional<T>(declare: (make: SeriesFactory) => T): OptionalSeries<T> {
    return new OptionalSeries(() => {
      const group = this.newGroup();
      const series = declare(group);
      this.labels.slice(0, this.engineCount).forEach((labels) => group.start(labels));
      return series;
    });
  }
}

class OptionalSeries<T> {
  private declared: T | undefined;

  constructor(private readonly declare: () => T) {}

  get isDeclared(): boolean {
    return this.declared !== undefined;
  }

  get series(): T {
    return (this.declared ??= this.declare());
  }
}
