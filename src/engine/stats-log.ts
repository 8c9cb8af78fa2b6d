import type { Registry } from 'prom-client';
import type { Logger } from '@app/logging';
import { takeSnapshot } from '@app/metrics';
import { aggregateFigures, isActive, toEngineFigures, toStatsLine } from './stats-line.js';
import type { EngineFigures } from './stats-line.js';

export interface StatsLogOptions {
  readonly registry: Registry;
  readonly logger: Logger;
  readonly intervalMs: number;
  /** One line for all engines. */
  readonly aggregate: boolean;
  /** Milliseconds. */
  readonly now?: (() => number) | undefined;
}

/** A line about throughput and load from time to time: at level info while there is work, at debug otherwise. It reads the series, so it costs requests nothing. */
export class StatsLog {
  private readonly timer: NodeJS.Timeout;
  private readonly now: () => number;
  private before: ReadonlyMap<string, EngineFigures> = new Map();
  private lastAt: number;

  constructor(private readonly options: StatsLogOptions) {
    this.now = options.now ?? (() => performance.now());
    this.lastAt = this.now();
    this.timer = setInterval(() => void this.tell(), options.intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Writes what has happened since the last time. */
  async tell(): Promise<void> {
    const { registry, logger, aggregate } = this.options;
    const { metrics } = await takeSnapshot(registry);
    const figures = grouped(toEngineFigures(metrics), aggregate);
    const at = this.now();
    const seconds = (at - this.lastAt) / 1000;
    for (const [name, now] of figures) {
      const before = this.before.get(name) ?? NOTHING;
      logger[isActive(before, now) ? 'info' : 'debug']({}, `${name}: ${toStatsLine(before, now, seconds)}`);
    }
    this.before = figures;
    this.lastAt = at;
  }
}

const NOTHING = aggregateFigures([]);

/** By what the line calls them. */
function grouped(figures: ReadonlyMap<string, EngineFigures>, aggregate: boolean): ReadonlyMap<string, EngineFigures> {
  if (aggregate) return new Map([[`${figures.size} Engines Aggregated`, aggregateFigures([...figures.values()])]]);
  return new Map([...figures].map(([engine, one]) => [`Engine ${engine.padStart(3, '0')}`, one]));
}
