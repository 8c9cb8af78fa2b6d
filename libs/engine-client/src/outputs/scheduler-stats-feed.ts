import type { SchedulerStats } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import { callListener } from './call-listener.js';

export type SchedulerStatsListener = (engineIndex: number, stats: SchedulerStats) => void;

/** The latest statistics of each engine, by rank, and those who want to hear of new ones. */
export class SchedulerStatsFeed {
  private readonly latest = new Map<number, SchedulerStats>();
  private readonly listeners = new Set<SchedulerStatsListener>();

  constructor(private readonly logger: Logger) {}

  publish(rank: number, stats: SchedulerStats): void {
    this.latest.set(rank, stats);
    for (const listener of this.listeners) {
      callListener(this.logger, () => listener(rank, stats));
    }
  }

  subscribe(listener: SchedulerStatsListener): () => void {
    this.listeners.add(listener);
    this.latest.forEach((stats, rank) => callListener(this.logger, () => listener(rank, stats)));
    return () => void this.listeners.delete(listener);
  }
}
