import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import * as buckets from './buckets.js';

export interface EngineMetricsOptions {
  readonly registry: Registry;
  /** First served name. */
  readonly modelName: string;
  readonly engineCount: number;
  /** In tokens; bounds the token histograms. */
  readonly maxModelLen: number;
  /** Labels of `vllm:cache_config_info`, the same for every engine; values as text. */
  readonly cacheConfig: Readonly<Record<string, string>>;
}

/** Scheduler state after a step, as the gauges show it. */
export interface SchedulerSample {
  readonly numRunningReqs: number;
  readonly numWaitingReqs: number;
  readonly numSkippedWaitingReqs: number;
  /** 0…1 */
  readonly kvCacheUsage: number;
  readonly prefixCacheStats: { readonly queries: number; readonly hits: number };
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

/** Printed in alphabetical order, as vLLM's are. */
const L = ['engine', 'model_name'] as const;

/** Every `vllm:*` series the engine's statistics can feed, with vLLM's names, labels and buckets (metrics.md §2). All exist from the start, at 0. */
export class EngineMetrics {
  private readonly labels: { readonly engine: string; readonly model_name: string }[] = [];
  private readonly modelName: string;
  private readonly startCacheInfo: (engine: string) => void;
  private readonly running;
  private readonly waiting;
  private readonly waitingByReason;
  private readonly sleepState;
  private readonly kvCacheUsage;
  private readonly prefixCacheQueries;
  private readonly prefixCacheHits;
  private readonly preemptions;
  private readonly promptTokens;
  private readonly promptTokensBySource;
  private readonly promptTokensCached;
  private readonly generationTokens;
  private readonly requestSuccess;
  private readonly requestPromptTokens;
  private readonly requestGenerationTokens;
  private readonly requestMaxGenerationTokens;
  private readonly requestMaxTokens;
  private readonly requestPrefillComputed;
  private readonly requestN;
  private readonly requestPreemptions;
  private readonly iterationTokens;
  private readonly timeToFirstToken;
  private readonly interTokenLatency;
  private readonly timePerOutputToken;
  private readonly e2eLatency;
  private readonly queueTime;
  private readonly prefillTime;
  private readonly decodeTime;
  private readonly inferenceTime;

  constructor({ registry, modelName, engineCount, maxModelLen, cacheConfig }: EngineMetricsOptions) {
    const registers = [registry];
    const gauge = (name: string, help: string, extra: readonly string[] = []) =>
      new Gauge({ name, help, labelNames: [...L, ...extra], registers, aggregator: 'first' });
    const counter = (name: string, help: string, extra: readonly string[] = []) =>
      new Counter({ name: `${name}_total`, help, labelNames: [...L, ...extra], registers });
    const histogram = (name: string, help: string, bounds: number[]) =>
      new Histogram({ name, help, labelNames: [...L], buckets: bounds, registers });
    const tokenBounds = buckets.oneTwoFive(maxModelLen);

    this.running = gauge('vllm:num_requests_running', 'Number of requests in model execution batches.');
    this.waiting = gauge('vllm:num_requests_waiting', 'Number of requests waiting to be processed.');
    this.waitingByReason = gauge('vllm:num_requests_waiting_by_reason', 'Waiting requests by reason.', ['reason']);
    this.sleepState = gauge('vllm:engine_sleep_state', 'Sleep state of the engine, 1 for the current one.', [
      'sleep_state',
    ]);
    this.kvCacheUsage = gauge('vllm:kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent.');
    this.prefixCacheQueries = counter('vllm:prefix_cache_queries', 'Prefix cache queries, in tokens.');
    this.prefixCacheHits = counter('vllm:prefix_cache_hits', 'Prefix cache hits, in cached tokens.');
    this.preemptions = counter('vllm:num_preemptions', 'Preemptions by the engine.');
    this.promptTokens = counter('vllm:prompt_tokens', 'Prefill tokens processed.');
    this.promptTokensBySource = counter('vllm:prompt_tokens_by_source', 'Prompt tokens by source.', ['source']);
    this.promptTokensCached = counter('vllm:prompt_tokens_cached', 'Prompt tokens found in a cache.');
    this.generationTokens = counter('vllm:generation_tokens', 'Generation tokens processed.');
    this.requestSuccess = counter('vllm:request_success', 'Requests the engine finished.', ['finished_reason']);
    this.requestPromptTokens = histogram('vllm:request_prompt_tokens', 'Prompt tokens per request.', tokenBounds);
    this.requestGenerationTokens = histogram(
      'vllm:request_generation_tokens',
      'Generation tokens per request.',
      tokenBounds,
    );
    this.requestMaxGenerationTokens = histogram(
      'vllm:request_max_num_generation_tokens',
      'Most generation tokens of the samples of a request.',
      tokenBounds,
    );
    this.requestMaxTokens = histogram('vllm:request_params_max_tokens', 'The max_tokens parameter.', tokenBounds);
    this.requestPrefillComputed = histogram(
      'vllm:request_prefill_kv_computed_tokens',
      'Prompt tokens computed, without cached ones.',
      tokenBounds,
    );
    this.requestN = histogram('vllm:request_params_n', 'The n parameter.', buckets.SAMPLES);
    this.requestPreemptions = histogram(
      'vllm:request_num_preemptions',
      'Preemptions per request.',
      buckets.PREEMPTIONS,
    );
    this.iterationTokens = histogram(
      'vllm:iteration_tokens_total',
      'Computed prompt tokens and generated tokens per engine step.',
      buckets.ITERATION_TOKENS,
    );
    this.timeToFirstToken = histogram(
      'vllm:time_to_first_token_seconds',
      'Arrival to first token.',
      buckets.TIME_TO_FIRST_TOKEN,
    );
    this.interTokenLatency = histogram(
      'vllm:inter_token_latency_seconds',
      'Gap between engine outputs after the first.',
      buckets.INTER_TOKEN_LATENCY,
    );
    this.timePerOutputToken = histogram(
      'vllm:request_time_per_output_token_seconds',
      'Decode time per generated token.',
      buckets.INTER_TOKEN_LATENCY,
    );
    this.e2eLatency = histogram('vllm:e2e_request_latency_seconds', 'Arrival to finish.', buckets.REQUEST_LATENCY);
    this.queueTime = histogram('vllm:request_queue_time_seconds', 'Queued to scheduled.', buckets.REQUEST_LATENCY);
    this.prefillTime = histogram(
      'vllm:request_prefill_time_seconds',
      'Scheduled to first token.',
      buckets.REQUEST_LATENCY,
    );
    this.decodeTime = histogram('vllm:request_decode_time_seconds', 'First to last token.', buckets.REQUEST_LATENCY);
    this.inferenceTime = histogram(
      'vllm:request_inference_time_seconds',
      'Scheduled to last token.',
      buckets.REQUEST_LATENCY,
    );
    const cacheInfo = new Gauge({
      name: 'vllm:cache_config_info',
      help: 'KV cache configuration, as labels.',
      labelNames: ['engine', ...Object.keys(cacheConfig)],
      registers,
      aggregator: 'first',
    });

    this.startCacheInfo = (engine) => cacheInfo.set({ engine, ...cacheConfig }, 1);
    this.modelName = modelName;
    this.cover(engineCount);
  }

  /** From now on there are at least so many engines; one that is new begins at 0. */
  cover(engineCount: number): void {
    while (this.labels.length < engineCount) {
      const labels = { engine: String(this.labels.length), model_name: this.modelName };
      this.labels.push(labels);
      this.startCacheInfo(labels.engine);
      this.startAtZero(labels);
    }
  }

  /** After a step of one engine. */
  observeScheduler(engineIndex: number, sample: SchedulerSample): void {
    const labels = this.labels[engineIndex] ?? this.labels[0];
    this.running.set(labels, sample.numRunningReqs);
    this.waiting.set(labels, sample.numWaitingReqs + sample.numSkippedWaitingReqs);
    this.waitingByReason.set({ ...labels, reason: 'capacity' }, sample.numWaitingReqs);
    this.waitingByReason.set({ ...labels, reason: 'deferred' }, sample.numSkippedWaitingReqs);
    this.kvCacheUsage.set(labels, sample.kvCacheUsage);
    this.prefixCacheQueries.inc(labels, sample.prefixCacheStats.queries);
    this.prefixCacheHits.inc(labels, sample.prefixCacheStats.hits);
  }

  /** Once per engine step: prompt tokens computed in it and tokens generated in it. */
  observeIteration(engineIndex: number, tokens: { readonly computedPrompt: number; readonly generated: number }): void {
    const labels = this.labels[engineIndex] ?? this.labels[0];
    this.generationTokens.inc(labels, tokens.generated);
    const all = tokens.computedPrompt + tokens.generated;
    if (all > 0) this.iterationTokens.observe(labels, all);
  }

  /** When a prefill is done: arrival to first token, and where the prompt came from. */
  observeFirstToken(
    engineIndex: number,
    first: { readonly seconds: number; readonly promptTokens: number; readonly cachedTokens: number },
  ): void {
    const labels = this.labels[engineIndex] ?? this.labels[0];
    this.timeToFirstToken.observe(labels, first.seconds);
    this.promptTokens.inc(labels, first.promptTokens);
    this.promptTokensBySource.inc({ ...labels, source: 'local_compute' }, first.promptTokens - first.cachedTokens);
    this.promptTokensBySource.inc({ ...labels, source: 'local_cache_hit' }, first.cachedTokens);
    this.promptTokensCached.inc(labels, first.cachedTokens);
  }

  observeInterTokenLatency(engineIndex: number, seconds: number): void {
    this.interTokenLatency.observe(this.labels[engineIndex] ?? this.labels[0], seconds);
  }

  observeFinished(sample: FinishedSample): void {
    const labels = this.labels[sample.engineIndex] ?? this.labels[0];
    this.requestSuccess.inc({
      engine: labels.engine,
      finished_reason: sample.finishReason,
      model_name: labels.model_name,
    });
    this.requestPromptTokens.observe(labels, sample.promptTokens);
    this.requestGenerationTokens.observe(labels, sample.generationTokens);
    this.requestPrefillComputed.observe(labels, sample.promptTokens - sample.cachedTokens);
    if (sample.maxTokens !== undefined) this.requestMaxTokens.observe(labels, sample.maxTokens);
    this.e2eLatency.observe(labels, sample.e2eSeconds);
    if (sample.queueSeconds !== undefined) this.queueTime.observe(labels, sample.queueSeconds);
    if (sample.prefillSeconds !== undefined) this.prefillTime.observe(labels, sample.prefillSeconds);
    if (sample.inferenceSeconds !== undefined) this.inferenceTime.observe(labels, sample.inferenceSeconds);
    if (sample.decodeSeconds !== undefined) {
      this.decodeTime.observe(labels, sample.decodeSeconds);
      const gaps = sample.generationTokens - 1;
      this.timePerOutputToken.observe(labels, gaps > 0 ? sample.decodeSeconds / gaps : 0);
    }
    this.requestPreemptions.observe(labels, sample.preemptions);
    if (sample.preemptions > 0) this.preemptions.inc(labels, sample.preemptions);
  }

  /** Once per request, when its last sample has ended. */
  observeRequest(engineIndex: number, request: { readonly n: number; readonly maxGenerationTokens: number }): void {
    const labels = this.labels[engineIndex] ?? this.labels[0];
    this.requestN.observe(labels, request.n);
    this.requestMaxGenerationTokens.observe(labels, request.maxGenerationTokens);
  }

  private startAtZero(labels: { readonly engine: string; readonly model_name: string }): void {
    for (const metric of [this.running, this.waiting, this.kvCacheUsage]) metric.set(labels, 0);
    for (const reason of ['capacity', 'deferred']) this.waitingByReason.set({ ...labels, reason }, 0);
    for (const state of ['awake', 'weights_offloaded', 'discard_all']) {
      this.sleepState.set({ ...labels, sleep_state: state }, state === 'awake' ? 1 : 0);
    }
    for (const metric of [
      this.prefixCacheQueries,
      this.prefixCacheHits,
      this.preemptions,
      this.promptTokens,
      this.promptTokensCached,
      this.generationTokens,
    ]) {
      metric.inc(labels, 0);
    }
    for (const source of ['local_compute', 'local_cache_hit', 'external_kv_transfer']) {
      this.promptTokensBySource.inc({ ...labels, source }, 0);
    }
    for (const reason of ['stop', 'length', 'abort', 'error', 'repetition']) {
      this.requestSuccess.inc({ engine: labels.engine, finished_reason: reason, model_name: labels.model_name }, 0);
    }
    for (const metric of [
      this.requestPromptTokens,
      this.requestGenerationTokens,
      this.requestMaxGenerationTokens,
      this.requestMaxTokens,
      this.requestPrefillComputed,
      this.requestN,
      this.requestPreemptions,
      this.iterationTokens,
      this.timeToFirstToken,
      this.interTokenLatency,
      this.timePerOutputToken,
      this.e2eLatency,
      this.queueTime,
      this.prefillTime,
      this.decodeTime,
      this.inferenceTime,
    ]) {
      metric.zero(labels);
    }
  }
}
