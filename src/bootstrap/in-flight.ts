import type { ServerResponse } from 'node:http';

/** The answers that are not complete yet. */
export class InFlight {
  private readonly responses = new Set<ServerResponse>();
  private readonly idleListeners = new Set<() => void>();

  get count(): number {
    return this.responses.size;
  }

  add(response: ServerResponse): void {
    this.responses.add(response);
    response.once('close', () => {
      this.responses.delete(response);
      if (this.responses.size === 0) {
        this.idleListeners.forEach((listener) => listener());
      }
    });
  }

  /** Resolves when no answer is left, or after the time-out; true when none is left. */
  idle(timeoutMs: number): Promise<boolean> {
    if (this.count === 0 || timeoutMs <= 0) {
      return Promise.resolve(this.count === 0);
    }
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.idleListeners.delete(finish);
        resolve(this.count === 0);
      };
      const timer = setTimeout(finish, timeoutMs);
      this.idleListeners.add(finish);
    });
  }
}
