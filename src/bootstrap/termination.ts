/** The part of `process` that termination needs. */
export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  removeListener(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): never;
}

/** After the engine's death `/health` says so for this long, so that probes and people see why, then the process ends. */
export const DEAD_ENGINE_LINGER_MS = 10_000;

/** Exit code of a process that a second signal ended, as shells show it for SIGINT. */
const FORCED_EXIT = 130;

export interface TerminationOptions {
  /** A second signal ends the process at once; default true. Without it, whoever is in a hurry has SIGKILL. */
  readonly secondSignalExits?: boolean | undefined;
}

/** Waits for the first SIGTERM or SIGINT. */
export class Termination {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  private readonly controller = new AbortController();
  private readonly secondSignalExits: boolean;

  constructor(
    private readonly source: SignalSource = process,
    { secondSignalExits = true }: TerminationOptions = {},
  ) {
    this.secondSignalExits = secondSignalExits;
    this.signal = this.controller.signal;
    source.on('SIGTERM', this.onSignal);
    source.on('SIGINT', this.onSignal);
  }

  /** Resolves at the first signal. */
  get requested(): Promise<void> {
    return new Promise((resolve) => {
      if (this.signal.aborted) {
        resolve();
        return;
      }
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Signals have their default effect again. */
  dispose(): void {
    this.source.removeListener('SIGTERM', this.onSignal);
    this.source.removeListener('SIGINT', this.onSignal);
  }

  private readonly onSignal = (): void => {
    if (this.signal.aborted && this.secondSignalExits) {
      this.source.exit(FORCED_EXIT);
    }
    this.controller.abort();
  };
}
