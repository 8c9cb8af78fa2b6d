import type { EngineCore, EngineCoreInfo, EngineCoreStep, EngineEvent, EngineRequest } from '@app/engine-protocol';
import { CURRENT_RELEASE, layoutForRelease } from '@app/engine-protocol';
import type { AnswerMode } from './answers/answer.js';
import { EngineControls } from './controls/engine-controls.js';
import { PlayedRequest } from './played-request.js';
import type { PlayedStep } from './played-request.js';
import { PrefixBlocks } from './prefix-blocks.js';
import type { ScriptEvent } from './script-event.js';
import type { UtilityAnswer } from './utilities.js';

/** What the core does from now on. */
export interface Script {
  readonly mode: AnswerMode;
  /**
   * `batch`: a step is a step of every running request and one message, as of a real engine, with its statistics.
   * `turns`: a step is a step of one request: the first of each, the second of each, …
   */
  readonly stepping: 'batch' | 'turns';
  /** The first step waits for so many requests, though not for ever: a front end that sends fewer is heard all the same. */
  readonly expectedRequests: number;
  /** Time between two steps. */
  readonly intervalMs: number;
  /** From the arrival of a request to its first step, at least; default 0. */
  readonly firstTokenDelayMs?: number | undefined;
  /** Before the defaults. */
  readonly utilities: ReadonlyMap<string, UtilityAnswer>;
}

/** What has happened so far, by count; called before the core goes on. */
export interface ProgressListener {
  /** Steps sent since the core exists. */
  stepped(count: number): void;
  /** Requests taken since the core exists, with the one that is about to be. */
  requested(count: number): void;
}

export interface ScriptedCoreOptions {
  readonly info: EngineCoreInfo;
  readonly script: Script;
  readonly tell: (event: ScriptEvent) => void;
  /** False: no step has statistics or events, as with `--disable-log-stats`; default true. */
  readonly logStats?: boolean | undefined;
  /** That it imitates; default: the current one. */
  readonly release?: string | undefined;
  /** Answers calls that the script does not, before the defaults. */
  readonly answerCall?: ((method: string, args: readonly unknown[]) => UtilityAnswer | undefined) | undefined;
  /** The core does not step by itself: it says when it could, and is stepped by `stepOnce`. */
  readonly lockStep?: LockStep | undefined;
}

export interface LockStep {
  readonly wave: number;
  readonly stepCounter: number;
  wake(): void;
}

type StepOutput = EngineCoreStep['outputs'][number];

/** Longest wait for the expected requests. */
const GATHERING_MS = 400;

/** An engine core without a model: each request gets the answer that the mode gives it, step by step. */
export class ScriptedEngineCore implements EngineCore {
  readonly info: EngineCoreInfo;
  private script: Script;
  private readonly prefixes: PrefixBlocks;
  private readonly controls: EngineControls;
  private listener: (step: EngineCoreStep) => void = () => undefined;
  private deathListener: (reason: string) => void = () => undefined;
  private progress: ProgressListener = { stepped: () => undefined, requested: () => undefined };
  /** Both in the order of arrival, without those that are finished or aborted. */
  private waiting: PlayedRequest[] = [];
  private running: PlayedRequest[] = [];
  /** Since the script began, and since the core exists. */
  private scriptedRequests = 0;
  private requestCount = 0;
  private stepCount = 0;
  private released = false;
  private gathering: NodeJS.Timeout | undefined;
  private pause: NodeJS.Timeout | undefined;
  private extraMs = 0;
  /** On the clock of `performance.now`. */
  private nextTurnAt = 0;
  /** While the main loop stands still: the calls that wait for it. */
  private stalled: (() => void)[] | undefined;
  /** The last message told that there is nothing to do. */
  private isAtRest = true;

  constructor(private readonly options: ScriptedCoreOptions) {
    this.info = options.info;
    this.script = options.script;
    this.prefixes = new PrefixBlocks(this.info.blockSize, this.info.numGpuBlocks);
    this.controls = this.createControls(options.release ?? CURRENT_RELEASE);
  }

  onOutputs(listener: (step: EngineCoreStep) => void): void {
    this.listener = listener;
  }

  onDeath(listener: (reason: string) => void): void {
    this.deathListener = listener;
  }

  onProgress(listener: ProgressListener): void {
    this.progress = listener;
  }

  get hasWork(): boolean {
    return this.running.length + this.waiting.length > 0;
  }

  get isStalled(): boolean {
    return this.stalled !== undefined;
  }

  /** Begins anew: what still runs ends with finish reason `abort`. */
  play(script: Script): void {
    this.abortAll();
    this.controls.reset();
    this.script = script;
    this.scriptedRequests = 0;
    this.released = false;
  }

  /** The held steps go on. */
  release(): void {
    this.released = true;
    this.goOn();
  }

  /** The next step does not wait for the end of the interval. */
  hurry(): void {
    if (this.pause !== undefined) this.takeTurn();
  }

  /** Every step comes so much later than the script says. */
  slowDown(extraMs: number): void {
    this.extraMs = extraMs;
  }

  /** The main loop stands still: no step, no answer to a call, until `resume`. */
  stall(): void {
    this.stalled ??= [];
  }

  /** Ends `stall` and `slowDown`. */
  resume(): void {
    this.extraMs = 0;
    const calls = this.stalled ?? [];
    this.stalled = undefined;
    for (const call of calls) call();
    this.goOn();
  }

  die(reason: string): void {
    this.clearTimers();
    this.waiting = [];
    this.running = [];
    this.options.tell({ type: 'died', reason });
    this.deathListener(reason);
  }

  add(request: EngineRequest): void {
    if (this.controls.pause.refusesNew) {
      this.refuse(request);
      return;
    }
    const { mode, expectedRequests } = this.script;
    this.waiting.push(new PlayedRequest(request, mode(request, this.scriptedRequests)));
    this.scriptedRequests += 1;
    this.progress.requested(++this.requestCount);
    if (this.scriptedRequests < expectedRequests) {
      this.gathering ??= setTimeout(() => this.endGathering(), GATHERING_MS);
      return;
    }
    this.endGathering();
  }

  abort(requestIds: readonly string[]): void {
    const others = ({ request }: PlayedRequest): boolean => !requestIds.includes(request.requestId);
    this.waiting = this.waiting.filter(others);
    this.running = this.running.filter(others);
    this.noteRest();
    this.options.tell({ type: 'abort', requestIds });
    this.goOn();
  }

  utility(method: string, args: readonly unknown[]): unknown {
    this.options.tell({ type: 'utility', method, args });
    const { stalled } = this;
    if (stalled === undefined) return this.call(method, args);
    return new Promise<void>((resolve) => stalled.push(resolve)).then(() => this.call(method, args));
  }

  /** One step of everything that is due, if anything is; nothing follows by itself. */
  stepOnce(): void {
    const due = this.takeDue();
    if (due.length > 0) this.send(due);
  }

  close(): Promise<void> {
    this.abortAll();
    return Promise.resolve();
  }

  private call(method: string, args: readonly unknown[]): unknown {
    const answer =
      this.script.utilities.get(method) ??
      this.options.answerCall?.(method, args) ??
      this.controls.answer(method, args);
    if ('failure' in answer) throw new Error(answer.failure);
    return answer.result;
  }

  private endGathering(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    this.goOn();
  }

  private goOn(): void {
    if (this.gathering !== undefined || this.pause !== undefined) return;
    if (this.options.lockStep === undefined) this.takeTurn();
    else this.options.lockStep.wake();
  }

  /** Sends the step that is due, and waits for the next one; when there is none, for `add` or `release`. */
  private takeTurn(): void {
    clearTimeout(this.pause);
    this.pause = undefined;
    if (this.isStalled) return;
    const due = this.takeDue();
    if (due.length === 0) {
      this.awaitFirstToken();
      return;
    }
    this.pause = setTimeout(() => this.takeTurn(), this.untilNextTurn());
    this.send(due);
  }

  /** What has a step to send now. Nothing when the core comes to rest, or dies of what it finds. */
  private takeDue(): readonly PlayedRequest[] {
    this.schedule();
    const due = this.findDue();
    if (due.length === 0) this.reportIdle();
    const dying = due.find(({ diesNow }) => diesNow);
    if (dying === undefined) return due;
    this.die(`its script ends it before step ${dying.nextStep} of ${dying.request.requestId}`);
    return [];
  }

  /** Turns keep to their interval over many steps, whatever a timer's lateness. */
  private untilNextTurn(): number {
    const now = performance.now();
    const interval = this.script.intervalMs + this.extraMs;
    const late = now - this.nextTurnAt;
    this.nextTurnAt = (late >= 0 && late < interval ? this.nextTurnAt : now) + interval;
    return this.nextTurnAt - now;
  }

  private schedule(): void {
    if (!this.controls.pause.mayBegin) return;
    const free = this.script.stepping === 'turns' ? Infinity : (this.info.maxNumSeqs ?? Infinity) - this.running.length;
    for (const played of this.waiting.splice(0, free)) {
      played.scheduledAt = performance.now();
      if (this.script.stepping === 'batch') played.cachedTokens = this.prefixes.take(played.request);
      this.running.push(played);
    }
  }

  private findDue(): readonly PlayedRequest[] {
    if (!this.controls.pause.mayStep) return [];
    const now = performance.now();
    const ready = this.running.filter((played) => played.hasStep(this.released) && this.firstTokenAt(played) <= now);
    if (this.script.stepping === 'batch' || ready.length === 0) return ready;
    // The one that is farthest behind; among equals the oldest.
    return [ready.reduce((first, played) => (first.nextStep <= played.nextStep ? first : played))];
  }

  private firstTokenAt({ nextStep, arrivedAt }: PlayedRequest): number {
    return nextStep > 0 ? 0 : arrivedAt + (this.script.firstTokenDelayMs ?? 0);
  }

  /** Nothing is due, but something will be by itself. */
  private awaitFirstToken(): void {
    const earliest = Math.min(
      ...this.running.filter((played) => played.hasStep(this.released)).map((played) => this.firstTokenAt(played)),
    );
    if (earliest === Infinity) return;
    this.pause = setTimeout(() => this.takeTurn(), Math.ceil(earliest - performance.now()));
  }

  private send(due: readonly PlayedRequest[]): void {
    const steps = due.map((played) => played.take());
    const outputs = steps.map(({ output }, index) => this.withEvents(output, due[index]));
    const ended = new Set(due.filter((_, index) => outputs[index].finishReason !== undefined));
    this.running = this.running.filter((played) => !ended.has(played));
    this.noteRest();
    this.isAtRest = false;
    this.listener({ outputs, ...this.messageFacts(steps[0]) });
    for (const [index, { request, nextStep }] of due.entries()) {
      const { finishReason } = outputs[index];
      this.options.tell({ type: 'step', requestId: request.requestId, step: nextStep - 1, finishReason });
    }
    this.progress.stepped(++this.stepCount);
  }

  private withEvents(output: StepOutput, played: PlayedRequest): StepOutput {
    return played.nextStep === 1 && this.logsStats ? { ...output, events: toEvents(played) } : output;
  }

  private get logsStats(): boolean {
    return this.script.stepping === 'batch' && this.options.logStats !== false;
  }

  /** In turns a message is one step, and what that says of it; a batch has statistics. */
  private messageFacts({ timestamp = performance.now() / 1000, weightVersion }: Partial<PlayedStep> = {}) {
    if (this.script.stepping === 'turns') return { timestamp, weightVersion };
    return {
      timestamp: performance.now() / 1000,
      weightVersion: this.controls.weightVersion,
      schedulerStats: this.logsStats ? this.takeStats() : undefined,
    };
  }

  private takeStats(): NonNullable<EngineCoreStep['schedulerStats']> {
    const { blockSize, numGpuBlocks } = this.info;
    const blocks = this.running.reduce((sum, { tokenCount }) => sum + Math.ceil(tokenCount / blockSize), 0);
    return {
      numRunningReqs: this.running.length,
      numWaitingReqs: this.waiting.length,
      numSkippedWaitingReqs: 0,
      stepCounter: this.options.lockStep?.stepCounter ?? 0,
      currentWave: this.options.lockStep?.wave ?? 0,
      kvCacheUsage: Math.min(blocks / numGpuBlocks, 1),
      prefixCacheStats: this.prefixes.takeStats(),
    };
  }

  /** A real engine tells once that it has come to rest: after its last step, and after an abort. */
  private reportIdle(): void {
    if (this.isAtRest || this.hasWork) return;
    this.isAtRest = true;
    if (this.logsStats) this.listener({ outputs: [], ...this.messageFacts() });
  }

  private createControls(release: string): EngineControls {
    return new EngineControls({
      supportsLora: this.info.supportsLora === true,
      layout: layoutForRelease(release),
      runs: () => this.running.length > 0,
      abortAll: () => this.abortAll(),
      goOn: () => this.goOn(),
      clearPrefixCache: () => this.prefixes.clear(),
    });
  }

  /** As an engine of 0.33 does while generation is paused (engine protocol §5.4). */
  private refuse({ requestId, clientIndex = 0 }: EngineRequest): void {
    const message = 'Generation is paused. Please retry after it resumes.';
    const error = { code: 'engine_paused', message, retryable: true };
    const output: StepOutput = { requestId, clientIndex, newTokenIds: [], finishReason: 'error', error };
    this.listener({ outputs: [output], timestamp: performance.now() / 1000, finishedRequests: [requestId] });
  }

  private noteRest(): void {
    if (this.running.length === 0) this.controls.pause.cameToRest();
  }

  private abortAll(): void {
    this.clearTimers();
    const stopped = [...this.running, ...this.waiting];
    this.running = [];
    this.waiting = [];
    this.noteRest();
    for (const { request, clientIndex } of stopped) {
      const output: StepOutput = {
        requestId: request.requestId,
        clientIndex,
        newTokenIds: [],
        finishReason: 'abort',
      };
      this.listener({ outputs: [output], timestamp: performance.now() / 1000 });
    }
  }

  private clearTimers(): void {
    clearTimeout(this.gathering);
    clearTimeout(this.pause);
    this.gathering = undefined;
    this.pause = undefined;
  }
}

function toEvents({ arrivedAt, scheduledAt = arrivedAt }: PlayedRequest): readonly EngineEvent[] {
  return [
    { type: 'queued', timestamp: arrivedAt / 1000 },
    { type: 'scheduled', timestamp: scheduledAt / 1000 },
  ];
}
