import type { EngineEvent, EngineOutput, FinishReason } from '@app/engine-protocol';

/** What one engine output brought for one sample; times in seconds. */
export interface TokenStats {
  /** The engine step, on the engine's monotonic clock: equal for all outputs of one step. */
  readonly timestamp: number;
  readonly generatedTokens: number;
  /** On the first output with tokens: when the prefill is done. */
  readonly first: FirstTokenStats | undefined;
  /** Since the output before, on the engine's clock; undefined for the first. */
  readonly interTokenSeconds: number | undefined;
}

export interface FirstTokenStats {
  /** Arrival to now, on our clock. */
  readonly timeToFirstTokenSeconds: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** Of the cached ones, those that another engine had computed. */
  readonly externalCachedTokens: number;
}

/** One finished sample (engine protocol §11.5). Times in seconds; undefined where the engine sent no events or its clock makes no sense. */
export interface RequestStats {
  readonly finishReason: FinishReason;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** As the engine counts: with those that a stop string dropped. */
  readonly generationTokens: number;
  readonly maxTokens: number;
  readonly preemptions: number;
  /** Arrival to finish, on our clock. */
  readonly e2eSeconds: number;
  /** Arrival to first token, on our clock. */
  readonly timeToFirstTokenSeconds: number | undefined;
  readonly queueSeconds: number | undefined;
  readonly prefillSeconds: number | undefined;
  readonly decodeSeconds: number | undefined;
  readonly inferenceSeconds: number | undefined;
}

/** All samples of one request, when the last one has finished. */
export interface RequestSummary {
  readonly sampleCount: number;
  /** Of the longest sample. */
  readonly maxGenerationTokens: number;
}

/** Hears what requests cost. Aborted and failed requests finish nothing. Called from the engine's sweep: no waiting, no throwing. */
export interface TextListener {
  onTokens?(tokens: TokenStats, engineIndex: number): void;
  onFinished?(stats: RequestStats, engineIndex: number): void;
  /** With the engine of the sample that finished last. */
  onRequestFinished?(summary: RequestSummary, engineIndex: number): void;
  /** A sample that asks for a LoRA adapter changed its place; `over`: it runs no more, however it ended. */
  onAdapter?(adapter: string, requestId: string, place: SamplePlace | 'over'): void;
}

/** Where the engine has a sample: in its queue, or among those that run. */
export type SamplePlace = 'waiting' | 'running';

export interface RequestTimerOptions {
  /** Seconds, on our clock. */
  readonly arrivalTime: number;
  readonly now: () => number;
  readonly promptTokens: number;
  readonly maxTokens: number;
}

/** The clock of one sample: reads events and timestamps of its outputs. */
export class RequestTimer {
  generationTokens = 0;
  cachedTokens = 0;
  private externalCachedTokens = 0;
  private preemptions = 0;
  private queued: number | undefined;
  private scheduled: number | undefined;
  private firstToken: number | undefined;
  private lastToken: number | undefined;
  private timeToFirstTokenSeconds: number | undefined;
  private currentPlace: SamplePlace = 'waiting';

  constructor(private readonly options: RequestTimerOptions) {}

  get place(): SamplePlace {
    return this.currentPlace;
  }

  /** Undefined for an output without tokens. */
  record(output: EngineOutput, timestamp: number): TokenStats | undefined {
    output.events?.forEach((event) => this.recordEvent(event));
    this.cachedTokens = output.prefillStats?.numCachedTokens ?? this.cachedTokens;
    this.externalCachedTokens = output.prefillStats?.numExternalCachedTokens ?? this.externalCachedTokens;
    const generatedTokens = output.newTokenIds.length;
    if (generatedTokens === 0) {
      return undefined;
    }
    this.generationTokens += generatedTokens;
    const interTokenSeconds = interval(this.lastToken, timestamp);
    this.lastToken = timestamp;
    if (this.firstToken !== undefined) {
      return { timestamp, generatedTokens, first: undefined, interTokenSeconds };
    }
    this.firstToken = timestamp;
    const { arrivalTime, now, promptTokens } = this.options;
    const timeToFirstTokenSeconds = Math.max(0, now() - arrivalTime);
    this.timeToFirstTokenSeconds = timeToFirstTokenSeconds;
    const { cachedTokens, externalCachedTokens } = this;
    return {
      timestamp,
      generatedTokens,
      first: { timeToFirstTokenSeconds, promptTokens, cachedTokens, externalCachedTokens },
      interTokenSeconds: undefined,
    };
  }

  finish(finishReason: FinishReason): RequestStats {
    const { arrivalTime, now, promptTokens, maxTokens } = this.options;
    const { cachedTokens, generationTokens, preemptions, timeToFirstTokenSeconds } = this;
    return {
      finishReason,
      promptTokens,
      cachedTokens,
      generationTokens,
      maxTokens,
      preemptions,
      e2eSeconds: Math.max(0, now() - arrivalTime),
      timeToFirstTokenSeconds,
      queueSeconds: interval(this.queued, this.scheduled),
      prefillSeconds: interval(this.scheduled, this.firstToken),
      decodeSeconds: interval(this.firstToken, this.lastToken),
      inferenceSeconds: interval(this.scheduled, this.lastToken),
    };
  }

  private recordEvent({ type, timestamp }: EngineEvent): void {
    switch (type) {
      case 'queued':
        this.queued = timestamp;
        this.currentPlace = 'waiting';
        break;
      case 'scheduled':
        // Later ones follow preemptions.
        this.scheduled ??= timestamp;
        this.currentPlace = 'running';
        break;
      case 'preempted':
        this.preemptions += 1;
        this.currentPlace = 'waiting';
        break;
    }
  }
}

function interval(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined || !(to >= from) ? undefined : to - from;
}
