export interface SlotsOptions {
  /** That are in at the same time. */
  readonly count: number;
  /** That wait for one to leave. */
  readonly maxWaiting: number;
}

/** Lets so many in at a time, the others in the order in which they came. */
export class Slots {
  private readonly line = new Set<() => void>();
  private taken = 0;

  constructor(private readonly options: SlotsOptions) {}

  /** True when it is in, and has to `leave` some time; false when too many wait. Rejects with the reason of `signal` when that fires before it is in. */
  async enter(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (this.taken < this.options.count) {
      this.taken += 1;
      return true;
    }
    if (this.line.size >= this.options.maxWaiting) return false;
    return new Promise((resolve, reject) => {
      const letIn = () => {
        signal.removeEventListener('abort', giveUp);
        resolve(true);
      };
      const giveUp = () => {
        this.line.delete(letIn);
        reject(signal.reason as Error);
      };
      this.line.add(letIn);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Its place goes to the next in line. */
  leave(): void {
    const [next] = this.line;
    if (!next) {
      this.taken -= 1;
      return;
    }
    this.line.delete(next);
    next();
  }
}
