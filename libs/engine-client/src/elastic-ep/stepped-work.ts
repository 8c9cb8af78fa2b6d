/** Work in steps that ends at its deadline, or when it is interrupted: the step under way rejects, and no other begins. */
export class SteppedWork {
  private doing = 'beginning';
  private readonly interrupted: Promise<never>;
  private reject!: (error: Error) => void;
  private readonly timer: NodeJS.Timeout;

  constructor(timeoutMs: number) {
    this.interrupted = new Promise((_, reject) => (this.reject = reject));
    this.interrupted.catch(() => undefined);
    this.timer = setTimeout(() => this.interrupt(`not done after ${timeoutMs / 1_000} s`), timeoutMs).unref();
  }

  /** `doing` says in a failure what was under way: "pausing the engines". */
  step<T>(doing: string, work: Promise<T>): Promise<T> {
    this.doing = doing;
    return Promise.race([work, this.interrupted]);
  }

  /** The step under way, as it was named. */
  get underWay(): string {
    return this.doing;
  }

  interrupt(reason: string): void {
    this.reject(new Error(reason));
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
