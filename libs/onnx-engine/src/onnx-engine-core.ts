import type {
  EngineCore,
  EngineCoreInfo,
  EngineCoreStep,
  EngineRequest,
  EngineRequestFault,
  SchedulerStats,
} from '@app/engine-protocol';
import { setImmediate } from 'node:timers/promises';
import type { GrammarFollower } from '@app/structured-output';
import type { DecoderModel } from './decoder/decoder-model.js';
import { callUtility } from './engine-utilities.js';
import type { EngineControls, PauseMode } from './engine-utilities.js';
import { now } from './scheduler/clock.js';
import { findFault } from './scheduler/find-fault.js';
import type { Generation } from './scheduler/generation.js';
import { followGrammar, OutputConstraint } from './scheduler/output-constraint.js';
import type { ConstraintSettings } from './scheduler/output-constraint.js';
import { Scheduler } from './scheduler/scheduler.js';
import type { SchedulerOptions, StepOutput } from './scheduler/scheduler.js';
import { ThoughtBudget } from './scheduler/thought-budget.js';
import { Thought } from './scheduler/thought.js';

export interface OnnxEngineCoreParts {
  readonly decoder: DecoderModel;
  readonly scheduling: SchedulerOptions;
  readonly info: EngineCoreInfo;
  /** Default: outputs are not held to anything. */
  readonly constraints?: ConstraintSettings | undefined;
  /** Longest time one run of the decoder may take before the engine counts as dead. Default: 5 minutes, as vLLM's workers. */
  readonly runTimeoutMs?: number | undefined;
}

/** The engine core over one decoder: runs steps while there is work, and hands their outputs to its listeners. */
export class OnnxEngineCore implements EngineCore, EngineControls {
  readonly info: EngineCoreInfo;
  weightVersion = 'default';
  private readonly decoder: DecoderModel;
  private readonly scheduler: Scheduler;
  private readonly constraints: ConstraintSettings;
  private readonly runTimeoutMs: number;
  private readonly outputListeners: ((step: EngineCoreStep) => void)[] = [];
  private readonly deathListeners: ((reason: string) => void)[] = [];
  private loop: Promise<void> | undefined;
  private lastCounts = '0/0';
  private pauseState: { readonly refuseNew: boolean } | undefined;
  private closing = false;
  private deathReason: string | undefined;
  private idleListeners: (() => void)[] = [];

  constructor({ decoder, scheduling, info, constraints, runTimeoutMs = 300_000 }: OnnxEngineCoreParts) {
    this.constraints = constraints ?? { constrainThoughts: false };
    this.runTimeoutMs = runTimeoutMs;
    this.info = info;
    this.decoder = decoder;
    this.scheduler = new Scheduler(decoder, scheduling);
  }

  get isPaused(): boolean {
    return this.pauseState !== undefined;
  }

  onOutputs(listener: (step: EngineCoreStep) => void): void {
    this.outputListeners.push(listener);
  }

  onDeath(listener: (reason: string) => void): void {
    this.deathListeners.push(listener);
    if (this.deathReason !== undefined) {
      listener(this.deathReason);
    }
  }

  add(request: EngineRequest): void {
    const fault = this.faultOf(request);
    if (fault !== undefined) {
      // Later, so that the caller has returned from `add` before it hears of the request.
      queueMicrotask(() => this.refuse(request, fault));
      return;
    }
    const generation = this.scheduler.add(request);
    const following = followGrammar(request, this.constraints);
    if (following === undefined) this.queue(generation);
    else void this.queueWhenCompiled(generation, following);
  }

  abort(requestIds: readonly string[]): void {
    this.scheduler.abort(requestIds);
    this.wake();
  }

  utility(method: string, args: readonly unknown[]): unknown {
    return callUtility(this, method, args);
  }

  async pause({
    mode,
    clearCache,
    refuseNew,
  }: {
    mode: PauseMode;
    clearCache: boolean;
    refuseNew: boolean;
  }): Promise<void> {
    this.pauseState = { refuseNew };
    this.scheduler.gate = mode === 'keep' ? 'hold' : 'drain';
    if (mode === 'abort') {
      this.abortAll();
    }
    await this.idle();
    if (clearCache) {
      this.scheduler.clearPrefixCache();
    }
  }

  resume(): void {
    this.pauseState = undefined;
    this.scheduler.gate = 'open';
    this.settleIdle();
    this.wake();
  }

  clearPrefixCache(): void {
    this.scheduler.clearPrefixCache();
  }

  async close(): Promise<void> {
    if (this.closing) {
      return;
    }
    this.closing = true;
    this.abortAll();
    if (this.loop !== undefined) {
      this.decoder.terminate();
      await this.loop;
    }
    await this.constraints.grammars?.close();
    await this.decoder.release();
  }

  private faultOf(request: EngineRequest): EngineRequestFault | undefined {
    if (this.closing || this.deathReason !== undefined) {
      return { code: 'engine_stopped', message: 'The engine is shutting down.', retryable: true };
    }
    if (this.pauseState?.refuseNew === true) {
      return {
        code: 'engine_paused',
        message: 'Generation is paused. Please retry after it resumes.',
        retryable: true,
      };
    }
    if (this.scheduler.has(request.requestId)) {
      return { code: 'validation_error', message: 'A request with this id is in flight.', retryable: false };
    }
    try {
      const { vocabularySize } = this.decoder;
      return findFault(request, {
        maxModelLen: this.info.maxModelLen,
        vocabularySize,
        followsGrammars: this.constraints.grammars !== undefined,
        boundsThoughts: this.constraints.thoughtMarkers !== undefined,
      });
    } catch {
      // A sender that keeps to none of the types; the request cannot be read, so it cannot be run.
      return { code: 'validation_error', message: 'The request is malformed.', retryable: false };
    }
  }

  private async queueWhenCompiled(generation: Generation, following: Promise<GrammarFollower>): Promise<void> {
    try {
      this.queue(generation, await following);
    } catch (error) {
      if (!this.scheduler.drop(generation)) return;
      const message = error instanceof Error ? error.message : String(error);
      this.refuse(generation.request, { code: 'validation_error', message, retryable: false });
    }
  }

  private queue(generation: Generation, follower?: GrammarFollower): void {
    const { request, sampler } = generation;
    const { thoughtMarkers: markers, constrainThoughts } = this.constraints;
    const { reasoningEnded: ended, sampling } = request;
    const maxTokens = sampling.thinkingTokenBudget;
    const thought = markers && follower ? new Thought(sampler.history, { markers, ended }) : undefined;
    const budget =
      markers && maxTokens !== undefined
        ? new ThoughtBudget(sampler.history, { markers, ended, maxTokens })
        : undefined;
    const parts = { follower, thought, budget, constrainsThoughts: constrainThoughts };
    this.scheduler.queue(generation, follower || budget ? new OutputConstraint(parts) : undefined);
    this.wake();
  }

  private refuse({ requestId, clientIndex = 0 }: EngineRequest, error: EngineRequestFault): void {
    const output: StepOutput = { requestId, clientIndex, newTokenIds: [], finishReason: 'error', error };
    this.emit({ outputs: [output], timestamp: now(), finishedRequests: [requestId] });
  }

  private abortAll(): void {
    const outputs = this.scheduler.abortAll();
    if (outputs.length > 0) {
      this.emit({ outputs, timestamp: now(), finishedRequests: outputs.map(({ requestId }) => requestId) });
    }
  }

  /** Starts the loop unless it runs. */
  private wake(): void {
    if (this.loop === undefined && !this.closing && this.deathReason === undefined) {
      this.loop = this.runSteps().catch((error: unknown) => this.die(error));
    }
  }

  private async runSteps(): Promise<void> {
    try {
      // Requests that arrive together are scheduled together.
      await setImmediate();
      for (;;) {
        const outputs = this.closing ? undefined : await this.step();
        if (this.closing || this.deathReason !== undefined || outputs === undefined) {
          break;
        }
        this.report(outputs);
        await setImmediate();
      }
      this.reportIdle();
    } finally {
      this.loop = undefined;
      this.settleIdle();
    }
  }

  private async step(): Promise<readonly StepOutput[] | undefined> {
    const overdue = (): void => this.die(new Error(`a run of the model took longer than ${this.runTimeoutMs} ms`));
    const timer = setTimeout(overdue, this.runTimeoutMs);
    try {
      return await this.scheduler.step();
    } finally {
      clearTimeout(timer);
    }
  }

  private report(outputs: readonly StepOutput[]): void {
    const schedulerStats = this.scheduler.takeStats();
    this.lastCounts = countsOf(schedulerStats);
    this.emit({ outputs, schedulerStats, timestamp: now(), weightVersion: this.weightVersion });
  }

  /** After an abort the engine can come to rest without a step to report it. */
  private reportIdle(): void {
    const schedulerStats = this.scheduler.takeStats();
    if (countsOf(schedulerStats) !== this.lastCounts) {
      this.lastCounts = countsOf(schedulerStats);
      this.emit({ outputs: [], schedulerStats, timestamp: now(), weightVersion: this.weightVersion });
    }
  }

  private emit(step: EngineCoreStep): void {
    for (const listener of this.outputListeners) {
      listener(step);
    }
  }

  private idle(): Promise<void> {
    this.wake();
    return this.loop === undefined ? Promise.resolve() : new Promise((resolve) => this.idleListeners.push(resolve));
  }

  private settleIdle(): void {
    const listeners = this.idleListeners;
    this.idleListeners = [];
    for (const listener of listeners) {
      listener();
    }
  }

  private die(error: unknown): void {
    if (this.closing || this.deathReason !== undefined) {
      // The run was ended by `close`, or failed after it was given up.
      return;
    }
    this.deathReason = error instanceof Error ? error.message : 'unknown error';
    for (const listener of this.deathListeners) {
      listener(this.deathReason);
    }
  }
}

function countsOf({ numRunningReqs, numWaitingReqs }: SchedulerStats): string {
  return `${numRunningReqs}/${numWaitingReqs}`;
}
