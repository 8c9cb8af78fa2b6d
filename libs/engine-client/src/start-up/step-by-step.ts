import { UnavailableError } from '@app/errors';
import type { ServerError } from '@app/errors';

export interface StepByStepOptions {
  /** Longest silence between two steps. */
  readonly timeoutMs: number;
  /** What has not arrived yet, for the message of the time-out. */
  readonly missing: () => readonly string[];
  /** Told what has not arrived yet, again and again in a long silence. */
  readonly remind?: ((missing: readonly string[]) => void) | undefined;
}

const REMIND_MS = 30_000;

/** Something that many messages bring to its end, and that fails when none of them comes for too long. */
export class StepByStep<T> {
  /** Rejects with what `fail` was given, or with `UnavailableError` after the silence. Nobody has to await it. */
  readonly finished: Promise<T>;

  private timer: NodeJS.Timeout | undefined;
  private reminder: NodeJS.Timeout | undefined;
  private isOver = false;
  private resolve!: (value: T) => void;
  private reject!: (error: ServerError) => void;

  constructor(private readonly options: StepByStepOptions) {
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.finished.catch(() => undefined);
  }

  /** A step was made: the patience begins anew. Before the first call there is no limit. */
  step(): void {
    const { timeoutMs, missing, remind } = this.options;
    this.stopTimers();
    if (this.isOver) return;
    this.reminder = setInterval(() => remind?.(missing()), REMIND_MS);
    this.timer = setTimeout(() => {
      this.fail(
        new UnavailableError(`no engine is ready: ${missing().join(', ')} did not arrive within ${timeoutMs / 1000} s`),
      );
    }, timeoutMs);
  }

  finish(value: T): void {
    this.end();
    this.resolve(value);
  }

  /** Ends it, unless it is over. */
  fail(error: ServerError): void {
    this.end();
    this.reject(error);
  }

  private end(): void {
    this.isOver = true;
    this.stopTimers();
  }

  private stopTimers(): void {
    clearTimeout(this.timer);
    clearInterval(this.reminder);
  }
}
