import type { EngineCoreStep, EngineRequest, PrefixCacheStats, SchedulerStats } from '@app/engine-protocol';
import type { DecoderModel } from '../decoder/decoder-model.js';
import { now } from './clock.js';
import { Generation } from './generation.js';
import { SlotTable } from './slot-table.js';
import { findStop } from './stop-rule.js';
import { WaitingQueue } from './waiting-queue.js';
import type { SchedulingPolicy } from './waiting-queue.js';

export type StepOutput = EngineCoreStep['outputs'][number];

export interface SchedulerOptions {
  /** Sequences that have a slot at the same time. */
  readonly maxNumSeqs: number;
  /** Prompt and output together, in tokens. */
  readonly maxModelLen: number;
  /** Prompt tokens of one prefill run. */
  readonly prefillChunk: number;
  readonly policy: SchedulingPolicy;
  readonly prefixCaching: boolean;
}

/**
 * What may happen next: `open` everything; `drain` no new sequence gets a slot; `hold` no run at all.
 */
export type Gate = 'open' | 'drain' | 'hold';

/**
 * Continuous batching. Each step is one run of the decoder: a chunk of one prompt, or one token for every decoding sequence; the two alternate
 * while both are due, so that a long prompt delays the others by one chunk at a time.
 */
export class Scheduler {
  gate: Gate = 'open';
  private readonly waiting: WaitingQueue;
  private readonly slots: SlotTable;
  private readonly byId = new Map<string, Generation>();
  private lastRun: 'prefill' | 'decode' = 'decode';
  private cacheStats: PrefixCacheStats = NO_QUERIES;

  constructor(
    private readonly decoder: DecoderModel,
    private readonly options: SchedulerOptions,
  ) {
    this.waiting = new WaitingQueue(options.policy);
    this.slots = new SlotTable(decoder, { maxSlots: options.maxNumSeqs, prefixCaching: options.prefixCaching });
  }

  get runningCount(): number {
    return this.slots.active.length;
  }

  has(requestId: string): boolean {
    return this.byId.has(requestId);
  }

  /** Queues a request that was found faultless and whose id is not in flight. */
  add(request: EngineRequest): void {
    const generation = new Generation(request, this.decoder.vocabularySize, now());
    this.byId.set(request.requestId, generation);
    this.waiting.push(generation);
  }

  /** From now on nothing is heard of these requests; their slots are freed by the next step. Unknown ids are ignored. */
  abort(requestIds: readonly string[]): void {
    for (const requestId of requestIds) {
      const generation = this.byId.get(requestId);
      if (generation !== undefined) {
        generation.aborted = true;
        this.waiting.remove(generation);
        this.byId.delete(requestId);
      }
    }
  }

  /** Aborts everything, and says so to those who wait for it. */
  abortAll(): StepOutput[] {
    const outputs = [...this.byId.values()].map(({ request }) => ({
      requestId: request.requestId,
      clientIndex: request.clientIndex ?? 0,
      newTokenIds: [],
      finishReason: 'abort' as const,
    }));
    this.abort([...this.byId.keys()]);
    return outputs;
  }

  /** The next run, if one is due: what it gave each request (often nothing). Undefined when there is nothing to do. Rejects when the run fails. */
  async step(): Promise<StepOutput[] | undefined> {
    this.freeAborted();
    if (this.gate === 'hold') {
      return undefined;
    }
    this.admit();
    const { prefill, decoding } = this.slots;
    if (prefill === undefined && decoding.length === 0) {
      return undefined;
    }
    const isPrefillTurn = prefill !== undefined && (decoding.length === 0 || this.lastRun === 'decode');
    this.lastRun = isPrefillTurn ? 'prefill' : 'decode';
    const outputs = isPrefillTurn ? await this.prefillChunk(prefill.generation, prefill.slot) : await this.decodeAll();
    this.freeAborted();
    return outputs;
  }

  /** State after the latest step, and the prefix-cache counts since the last call. */
  takeStats(): SchedulerStats {
    const { maxNumSeqs, maxModelLen } = this.options;
    const cached = this.slots.active.reduce((sum, { computedTokens }) => sum + computedTokens, 0);
    const prefixCacheStats = this.cacheStats;
    this.cacheStats = NO_QUERIES;
    return {
      numRunningReqs: this.runningCount,
      numWaitingReqs: this.waiting.length,
      numSkippedWaitingReqs: 0,
      stepCounter: 0,
      currentWave: 0,
      kvCacheUsage: cached / (maxNumSeqs * maxModelLen),
      prefixCacheStats,
    };
  }

  clearPrefixCache(): void {
    this.slots.clearCache();
    this.cacheStats = { ...NO_QUERIES, reset: true };
  }

  private freeAborted(): void {
    for (const generation of this.slots.active.filter(({ aborted }) => aborted)) {
      this.slots.end(generation);
    }
  }

  private admit(): void {
    if (this.gate !== 'open' || !this.slots.hasRoom) {
      return;
    }
    const generation = this.waiting.shift();
    if (generation !== undefined) {
      const cachedTokens = this.slots.admit(generation);
      generation.markScheduled(now(), cachedTokens);
      const { requests, queries, hits, reset } = this.cacheStats;
      this.cacheStats = {
        reset,
        requests: requests + 1,
        queries: queries + generation.promptLength,
        hits: hits + cachedTokens,
      };
    }
  }

  private async prefillChunk(generation: Generation, slot: number): Promise<StepOutput[]> {
    const start = generation.computedTokens;
    const chunk = generation.request.promptTokenIds.slice(start, start + this.options.prefillChunk);
    const isLastChunk = start + chunk.length === generation.promptLength;
    const wanted = generation.wantsPromptLogprobs ? 'each' : isLastChunk ? 'last' : 'none';
    const rows = await this.decoder.prefill(slot, start, chunk, wanted);
    generation.computedTokens += chunk.length;
    if (generation.aborted) {
      return [];
    }
    if (generation.wantsPromptLogprobs) {
      generation.addPromptLogprobs(start, rows);
    }
    if (!isLastChunk) {
      return [];
    }
    this.slots.promote();
    return [this.sample(generation, rows.row(rows.count - 1))];
  }

  private async decodeAll(): Promise<StepOutput[]> {
    const generations = [...this.slots.decoding];
    const pasts = generations.map(({ computedTokens }) => computedTokens);
    const tokenIds = generations.map(({ tokenIds: ids, computedTokens }) => ids[computedTokens]);
    const rows = await this.decoder.decode(tokenIds, pasts);
    // All of them first: one that ends moves another one's rows.
    for (const generation of generations) {
      generation.computedTokens += 1;
    }
    return generations.flatMap((generation, slot) =>
      generation.aborted ? [] : [this.sample(generation, rows.row(slot))],
    );
  }

  private sample(generation: Generation, logits: Float32Array): StepOutput {
    const { request, sampler } = generation;
    const { tokenId, logprobs } = sampler.sample(logits);
    const stop = findStop(sampler.history, request.sampling, this.options.maxModelLen);
    if (stop !== undefined) {
      this.byId.delete(request.requestId);
      this.slots.end(generation);
    }
    return {
      requestId: request.requestId,
      clientIndex: request.clientIndex ?? 0,
      newTokenIds: [tokenId],
      ...(logprobs && { logprobs }),
      ...stop,
      ...(request.traceHeaders && { traceHeaders: request.traceHeaders }),
      ...generation.takeFirstOutputParts(),
    };
  }
}

const NO_QUERIES: PrefixCacheStats = { reset: false, requests: 0, queries: 0, hits: 0 };
