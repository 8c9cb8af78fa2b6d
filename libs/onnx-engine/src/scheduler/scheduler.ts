import type { EngineCoreStep, EngineRequest, PrefixCacheStats, SchedulerStats } from '@app/engine-protocol';
import type { DecoderModel } from '../decoder/decoder-model.js';
import { now } from './clock.js';
import { Generation } from './generation.js';
import type { NextTokens, OutputConstraint } from './output-constraint.js';
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
  /** Those whose grammar is not compiled yet. */
  private readonly unready = new Set<Generation>();
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

  /** Takes note of a request that was found faultless and whose id is not in flight. It waits for `queue`, and can be aborted. */
  add(request: EngineRequest): Generation {
    const generation = new Generation(request, this.decoder.vocabularySize, now());
    this.byId.set(request.requestId, generation);
    this.unready.add(generation);
    return generation;
  }

  /** Lets a request have its turn. Nothing happens to one that was aborted. */
  queue(generation: Generation, constraint: OutputConstraint | undefined): void {
    if (!this.unready.delete(generation)) {
      constraint?.close();
      return;
    }
    generation.constraint = constraint;
    this.waiting.push(generation);
  }

  /** Forgets a request that cannot be run; false for one that was aborted. */
  drop(generation: Generation): boolean {
    const isKnown = this.unready.delete(generation);
    if (isKnown) this.byId.delete(generation.request.requestId);
    return isKnown;
  }

  /** From now on nothing is heard of these requests; their slots are freed by the next step. Unknown ids are ignored. */
  abort(requestIds: readonly string[]): void {
    for (const requestId of requestIds) {
      const generation = this.byId.get(requestId);
      if (generation !== undefined) {
        generation.aborted = true;
        this.waiting.remove(generation);
        this.unready.delete(generation);
        this.forget(generation);
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
      numSkippedWaitingReqs: this.unready.size,
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
    const [next] = await nextTokensOf([generation]);
    return generation.aborted ? [] : [this.sample(generation, rows.row(rows.count - 1), next)];
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
    const next = await nextTokensOf(generations);
    return generations.flatMap((generation, slot) =>
      generation.aborted ? [] : [this.sample(generation, rows.row(slot), next[slot])],
    );
  }

  private sample(generation: Generation, logits: Float32Array, next: NextTokens | Error): StepOutput {
    if (next === 'none' || next instanceof Error) {
      this.end(generation);
      const ending = next === 'none' ? ({ finishReason: 'stop' } as const) : toFault(next);
      return { ...toOutput(generation), newTokenIds: [], ...ending };
    }
    const { request, sampler } = generation;
    const allowed = next === 'any' ? undefined : (generation.constraint?.settle(next, logits) ?? next);
    const { tokenId, logprobs } = sampler.sample(logits, allowed);
    const stop = findStop(sampler.history, request.sampling, this.options.maxModelLen);
    if (stop === undefined) generation.constraint?.advance(tokenId);
    else this.end(generation);
    return { ...toOutput(generation), newTokenIds: [tokenId], ...(logprobs && { logprobs }), ...stop };
  }

  private end(generation: Generation): void {
    this.forget(generation);
    this.slots.end(generation);
  }

  private forget(generation: Generation): void {
    this.byId.delete(generation.request.requestId);
    generation.constraint?.close();
  }
}

/** What an output says of its request. */
function toOutput(generation: Generation): Omit<StepOutput, 'newTokenIds'> {
  const { request } = generation;
  return {
    requestId: request.requestId,
    clientIndex: request.clientIndex ?? 0,
    ...(request.traceHeaders && { traceHeaders: request.traceHeaders }),
    ...generation.takeFirstOutputParts(),
  };
}

/** For each of them what may come next; or why nothing can. */
function nextTokensOf(generations: readonly Generation[]): Promise<(NextTokens | Error)[]> {
  return Promise.all(
    generations.map(async ({ constraint }) => {
      try {
        return (await constraint?.next()) ?? 'any';
      } catch (error) {
        return error instanceof Error ? error : new Error(String(error));
      }
    }),
  );
}

function toFault({ message }: Error): Pick<StepOutput, 'finishReason' | 'error'> {
  return { finishReason: 'error', error: { code: 'validation_error', message, retryable: false } };
}

const NO_QUERIES: PrefixCacheStats = { reset: false, requests: 0, queries: 0, hits: 0 };
