import type { EngineOutput, EngineRequest } from '@app/engine-protocol';
import type { Answer, AnswerStep } from './answers/answer.js';

export interface PlayedStep {
  readonly output: EngineOutput & { readonly clientIndex: number };
  readonly timestamp: number | undefined;
  readonly weightVersion: string | undefined;
}

/** One request and how far its answer has come. */
export class PlayedRequest {
  readonly arrivedAt = performance.now();
  /** Index of the next step. */
  nextStep = 0;
  /** Prompt tokens that were in the cache when it was scheduled. */
  cachedTokens = 0;
  /** Prompt and output so far. */
  tokenCount: number;
  /** When it left the queue. */
  scheduledAt: number | undefined;
  private readonly steps: Iterator<AnswerStep>;
  private upcoming: AnswerStep | undefined;

  constructor(
    readonly request: EngineRequest,
    private readonly answer: Answer,
  ) {
    this.tokenCount = request.promptTokenIds.length;
    this.steps = answer.steps[Symbol.iterator]();
  }

  get clientIndex(): number {
    return this.request.clientIndex ?? 0;
  }

  get diesNow(): boolean {
    return this.nextStep === this.answer.diesBeforeStep;
  }

  /** Whether it has something to say, or to die of. */
  hasStep(released: boolean): boolean {
    if (!released && this.nextStep >= (this.answer.heldBeforeStep ?? Infinity)) return false;
    return this.diesNow || this.peek() !== undefined;
  }

  /** The next step, for the wire, and what it says of its message. Only after `hasStep`. */
  take(): PlayedStep {
    const step = this.peek();
    if (step === undefined) throw new Error(`${this.request.requestId} has no step ${this.nextStep}`);
    const { cachedTokens = this.cachedTokens, timestamp, weightVersion, ...output } = step;
    const first = this.nextStep === 0;
    this.upcoming = undefined;
    this.nextStep += 1;
    this.tokenCount += output.newTokenIds.length;
    const { requestId, promptTokenIds } = this.request;
    const prefillStats = first ? toPrefillStats(promptTokenIds.length, cachedTokens) : undefined;
    return { output: { ...output, requestId, clientIndex: this.clientIndex, prefillStats }, timestamp, weightVersion };
  }

  private peek(): AnswerStep | undefined {
    this.upcoming ??= this.steps.next().value as AnswerStep | undefined;
    return this.upcoming;
  }
}

function toPrefillStats(promptTokens: number, cachedTokens: number): NonNullable<EngineOutput['prefillStats']> {
  return {
    numPromptTokens: promptTokens,
    numComputedTokens: promptTokens - cachedTokens,
    numCachedTokens: cachedTokens,
    numLocalCachedTokens: cachedTokens,
    numExternalCachedTokens: 0,
    numCacheCreationTokens: 0,
  };
}
