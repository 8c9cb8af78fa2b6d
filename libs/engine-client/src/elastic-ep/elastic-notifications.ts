import type { ElasticNotification } from '@app/engine-protocol';

interface Waiter {
  readonly type: ElasticNotification['type'];
  readonly engineCount: number;
  readonly resolve: () => void;
}

/** What engines have said during one scaling. */
export class ElasticNotifications {
  private readonly heard = new Map<ElasticNotification['type'], Set<number>>();
  private waiters: readonly Waiter[] = [];

  add({ type, rank }: ElasticNotification): void {
    this.heard.set(type, this.ranks(type).add(rank));
    const ready = this.waiters.filter((waiter) => this.has(waiter));
    this.waiters = this.waiters.filter((waiter) => !ready.includes(waiter));
    ready.forEach(({ resolve }) => resolve());
  }

  /** Resolves when so many engines have said it. */
  from(engineCount: number, type: ElasticNotification['type']): Promise<void> {
    return new Promise((resolve) => {
      const waiter = { type, engineCount, resolve };
      if (this.has(waiter)) {
        resolve();
      } else {
        this.waiters = [...this.waiters, waiter];
      }
    });
  }

  private has({ type, engineCount }: Waiter): boolean {
    return this.ranks(type).size >= engineCount;
  }

  private ranks(type: ElasticNotification['type']): Set<number> {
    return this.heard.get(type) ?? new Set();
  }
}
