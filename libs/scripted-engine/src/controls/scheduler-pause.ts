/** What a pause does with requests that run: end them, let them finish, or freeze them. */
export type PauseMode = 'abort' | 'wait' | 'keep';

export interface PausableScheduler {
  /** Requests have begun and not ended. */
  runs(): boolean;
  /** Ends what runs and waits with finish reason `abort`. */
  abortAll(): void;
  /** Goes on by what the pause allows now. */
  goOn(): void;
}

/** Whether a scheduler may begin requests, and step those it has begun. */
export class SchedulerPause {
  private current: { readonly mode: PauseMode; readonly refuseNew: boolean } | undefined;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly scheduler: PausableScheduler) {}

  get isPaused(): boolean {
    return this.current !== undefined;
  }

  /** Requests that come now are refused, not queued. */
  get refusesNew(): boolean {
    return this.current?.refuseNew === true;
  }

  get mayBegin(): boolean {
    return this.current === undefined;
  }

  get mayStep(): boolean {
    return this.current?.mode !== 'keep';
  }

  /** Resolves when nothing runs any more, at once where that is not asked for. */
  begin(mode: PauseMode, { refuseNew }: { readonly refuseNew: boolean }): Promise<void> {
    this.current = { mode, refuseNew: refuseNew && mode !== 'keep' };
    if (mode === 'abort') this.scheduler.abortAll();
    if (mode === 'keep' || !this.scheduler.runs()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  end(): void {
    if (!this.isPaused) return;
    this.current = undefined;
    this.cameToRest();
    this.scheduler.goOn();
  }

  /** Nothing runs. */
  cameToRest(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
