import type { EngineCore, EngineCoreInfo, EngineCoreStep, EngineRequest, PrefillStats } from '@app/engine-protocol';
import type { Answer, AnswerMode } from './answers/answer.js';
import type { EngineEvent } from './engine-event.js';
import { DEFAULT_UTILITIES } from './utilities.js';
import type { UtilityAnswer } from './utilities.js';

/** What the core does from now on. */
export interface Script {
  readonly mode: AnswerMode;
  /** The first step waits for so many requests, though not for ever: a front end that sends fewer is heard all the same. */
  readonly expectedRequests: number;
  /** Time between two steps. */
  readonly intervalMs: number;
  /** Before the defaults. */
  readonly utilities: ReadonlyMap<string, UtilityAnswer>;
}

interface PlayedRequest {
  readonly request: EngineRequest;
  readonly answer: Answer;
  nextStep: number;
}

/** Longest wait for the expected requests. */
const GATHERING_MS = 400;

/**
 * An engine core without a model: each request gets the answer that the mode gives it, step by step. Several requests take turns: the first
 * step of each, the second step of each, … One step of one request is one message.
 */
export class ScriptedEngineCore implements EngineCore {
  private listener: (step: EngineCoreStep) => void = () => undefined;
  private deathListener: (reason: string) => void = () => undefined;
  /** In the order of arrival; without those that are finished or aborted. */
  private running: PlayedRequest[] = [];
  private requestCount = 0;
  private released = false;
  private gathering: NodeJS.Timeout | undefined;
  private pause: NodeJS.Timeout | undefined;

  constructor(
    readonly info: EngineCoreInfo,
    private script: Script,
    private readonly tell: (event: EngineEvent) => void,
  ) {}

  onOutputs(listener: (step: EngineCoreStep) => void): void {
    this.listener = listener;
  }

  onDeath(listener: (reason: string) => void): void {
    this.deathListener = listener;
  }

  /** Begins anew: what still runs ends with finish reason `abort`. */
  play(script: Script): void {
    this.stop();
    this.script = script;
    this.requestCount = 0;
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

  add(request: EngineRequest): void {
    const { mode, expectedRequests } = this.script;
    this.running.push({ request, answer: mode(request, this.requestCount), nextStep: 0 });
    this.requestCount += 1;
    if (this.requestCount < expectedRequests) {
      this.gathering ??= setTimeout(() => this.endGathering(), GATHERING_MS);
      return;
    }
    this.endGathering();
  }

  abort(requestIds: readonly string[]): void {
    this.running = this.running.filter(({ request }) => !requestIds.includes(request.requestId));
    this.tell({ type: 'abort', requestIds });
  }

  utility(method: string, args: readonly unknown[]): unknown {
    this.tell({ type: 'utility', method, args });
    const answer = this.script.utilities.get(method) ?? DEFAULT_UTILITIES.get(method) ?? { result: null };
    if ('failure' in answer) throw new Error(answer.failure);
    return answer.result;
  }

  close(): Promise<void> {
    this.stop();
    return Promise.resolve();
  }

  private endGathering(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    this.goOn();
  }

  private goOn(): void {
    if (this.gathering === undefined && this.pause === undefined) this.takeTurn();
  }

  /** Sends the step whose turn it is, and waits for the next one; when no request has one, for `add` or `release`. */
  private takeTurn(): void {
    clearTimeout(this.pause);
    this.pause = undefined;
    const due = this.findDue();
    if (due === undefined) return;
    if (due.nextStep === due.answer.diesBeforeStep) {
      this.die(`its script ends it before step ${due.nextStep} of ${due.request.requestId}`);
      return;
    }
    this.pause = setTimeout(() => this.takeTurn(), this.script.intervalMs);
    this.send(due);
  }

  /** Of the requests that have a step to send the one that is farthest behind; among equals the oldest. */
  private findDue(): PlayedRequest | undefined {
    return this.running
      .filter((played) => this.hasStep(played))
      .reduce<PlayedRequest | undefined>(
        (first, played) => (first && first.nextStep <= played.nextStep ? first : played),
        undefined,
      );
  }

  private hasStep({ answer, nextStep }: PlayedRequest): boolean {
    const { steps, heldBeforeStep = Infinity, diesBeforeStep } = answer;
    if (nextStep >= heldBeforeStep && !this.released) return false;
    return nextStep < steps.length || nextStep === diesBeforeStep;
  }

  private send(played: PlayedRequest): void {
    const { request, answer, nextStep } = played;
    const { requestId, promptTokenIds, clientIndex = 0 } = request;
    const { cachedTokens = 0, ...step } = answer.steps[nextStep];
    const prefillStats = nextStep === 0 ? toPrefillStats(promptTokenIds.length, cachedTokens) : undefined;
    played.nextStep += 1;
    if (step.finishReason !== undefined) this.running = this.running.filter((other) => other !== played);
    this.publish({ ...step, requestId, clientIndex, prefillStats });
    this.tell({ type: 'step', requestId, step: nextStep, finishReason: step.finishReason });
  }

  private publish(output: EngineCoreStep['outputs'][number]): void {
    this.listener({ outputs: [output], timestamp: performance.now() / 1000 });
  }

  private die(reason: string): void {
    this.running = [];
    this.tell({ type: 'died', reason });
    this.deathListener(reason);
  }

  private stop(): void {
    clearTimeout(this.gathering);
    clearTimeout(this.pause);
    this.gathering = undefined;
    this.pause = undefined;
    const stopped = this.running;
    this.running = [];
    for (const { request } of stopped) {
      const { requestId, clientIndex = 0 } = request;
      this.publish({ requestId, clientIndex, newTokenIds: [], finishReason: 'abort' });
    }
  }
}

function toPrefillStats(promptTokens: number, cachedTokens: number): PrefillStats {
  return {
    numPromptTokens: promptTokens,
    numComputedTokens: promptTokens - cachedTokens,
    numCachedTokens: cachedTokens,
    numLocalCachedTokens: cachedTokens,
    numExternalCachedTokens: 0,
    numCacheCreationTokens: 0,
  };
}
