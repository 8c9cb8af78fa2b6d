export interface RestartLimits {
  /** Starts in a row, of which none lived for `stableAfterMs`, before it is given up; the first one counts. Default 5. */
  readonly maxAttempts?: number | undefined;
  /** What lived so long has recovered; default one minute. */
  readonly stableAfterMs?: number | undefined;
  /** Pause before the second attempt in a row; it doubles from one to the next. Default 1 s. */
  readonly backoffMs?: number | undefined;
}

const MAX_BACKOFF_MS = 30_000;

/** When something that died may be started again. It has been started once. */
export class RestartSchedule {
  private attempts = 1;
  private startedAt = performance.now();

  constructor(private readonly limits: RestartLimits = {}) {}

  /** Number of the latest attempt in a row. */
  get attempt(): number {
    return this.attempts;
  }

  /** An attempt has succeeded. */
  started(): void {
    this.startedAt = performance.now();
  }

  /** What ran has died. */
  died(): void {
    const { stableAfterMs = 60_000 } = this.limits;
    if (performance.now() - this.startedAt >= stableAfterMs) this.attempts = 0;
  }

  /** Begins an attempt: milliseconds to wait before it. Undefined when there have been enough. */
  nextDelayMs(): number | undefined {
    const { maxAttempts = 5, backoffMs = 1_000 } = this.limits;
    if (this.attempts >= maxAttempts) return undefined;
    this.attempts++;
    return this.attempts === 1 ? 0 : Math.min(backoffMs * 2 ** (this.attempts - 2), MAX_BACKOFF_MS);
  }
}
