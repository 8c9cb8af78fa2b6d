import { Injectable, Optional } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the loop is looked at. */
const RESOLUTION_MS = 20;
/** A delay is remembered for this long, and at most twice as long. */
const WINDOW_MS = 5_000;
const NANOSECONDS = 1e6;

/** What of Node's `IntervalHistogram` is needed; nanoseconds. */
export interface DelayHistogram {
  readonly max: number;
  enable(): unknown;
  disable(): unknown;
  reset(): void;
}

/** How long the event loop kept everybody waiting lately. */
@Injectable()
export class EventLoopLag implements OnModuleDestroy {
  private longestBefore = 0;
  private readonly windows: NodeJS.Timeout;

  constructor(
    @Optional() private readonly delays: DelayHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS }),
  ) {
    this.delays.enable();
    this.windows = setInterval(() => {
      this.longestBefore = this.delays.max;
      this.delays.reset();
    }, WINDOW_MS).unref();
  }

  /** The longest delay of the last seconds, in milliseconds. */
  get maxMs(): number {
    return Math.max(0, Math.max(this.delays.max, this.longestBefore) / NANOSECONDS - RESOLUTION_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.windows);
    this.delays.disable();
  }
}
