/** How often the parent process is looked at: nothing tells a process that it has become an orphan. */
const INTERVAL_MS = 500;

/** Aborts when the process that started this one is gone; `parent` tells its pid. */
export class LauncherWatch {
  readonly signal: AbortSignal;
  private readonly timer: NodeJS.Timeout;

  constructor(parent: () => number = () => process.ppid, intervalMs = INTERVAL_MS) {
    const controller = new AbortController();
    const launcher = parent();
    this.signal = controller.signal;
    this.timer = setInterval(() => {
      if (parent() !== launcher) controller.abort();
    }, intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
