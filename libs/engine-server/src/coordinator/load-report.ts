import { isReleaseFrom } from '@app/engine-protocol';
import type { SchedulerStats } from '@app/engine-protocol';
import type { WaveMember } from './wave-member.js';

const NO_PREFIX_STATS: SchedulerStats['prefixCacheStats'] = { reset: false, requests: 0, queries: 0, hits: 0 };

/** What the coordinator is told of a core's load: its request counts, whenever they have changed (engine protocol §9.3). */
export class LoadReport {
  private running: number | undefined;
  private kvCacheUsage = 0;
  private told = '0/0';

  constructor(
    private readonly release: string,
    private readonly waves: WaveMember | undefined,
  ) {}

  /** A step went out, with its statistics if the core makes any. A core without them has no queue that one could see. */
  stepped(stats: SchedulerStats | undefined): void {
    if (stats === undefined) {
      this.running ??= Infinity;
      return;
    }
    this.running = stats.numRunningReqs;
    this.kvCacheUsage = stats.kvCacheUsage;
  }

  /** Undefined when there is nothing to tell: dense engines are silent before 0.27. */
  next(inFlight: number): SchedulerStats | undefined {
    if (this.waves === undefined && !isReleaseFrom('0.27', this.release)) return undefined;
    const numRunningReqs = Math.min(this.running ?? 0, inFlight);
    const numWaitingReqs = inFlight - numRunningReqs;
    const counts = `${numRunningReqs}/${numWaitingReqs}`;
    if (counts === this.told) return undefined;
    this.told = counts;
    return {
      numRunningReqs,
      numWaitingReqs,
      numSkippedWaitingReqs: 0,
      stepCounter: this.waves?.stepCounter ?? 0,
      currentWave: this.waves?.wave ?? 0,
      kvCacheUsage: this.kvCacheUsage,
      prefixCacheStats: NO_PREFIX_STATS,
    };
  }
}
