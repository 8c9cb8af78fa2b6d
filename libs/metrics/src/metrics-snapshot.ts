import type { Aggregator, MetricValueWithName, Registry } from 'prom-client';
import { settingsOf } from './settings.js';

/** One metric with its series. */
export interface MetricSeries {
  readonly name: string;
  readonly help: string;
  /** `counter`, `gauge`, `histogram`, `summary` */
  readonly type: string;
  /** How the values of several processes become one. */
  readonly aggregator: Aggregator;
  readonly values: readonly MetricValueWithName<string>[];
}

/** Every series of one process at one moment: plain values, to be sent to another process. */
export interface MetricsSnapshot {
  readonly metrics: readonly MetricSeries[];
  /** When the process last heard from each engine: milliseconds since the epoch, by the `engine` label. */
  readonly heardAt: Readonly<Record<string, number>>;
  /** When gauges were set on command: milliseconds since the epoch, by name. */
  readonly setAt: Readonly<Record<string, number>>;
}

export async function takeSnapshot(
  registry: Registry,
  heardAt: MetricsSnapshot['heardAt'] = {},
): Promise<MetricsSnapshot> {
  const metrics = await registry.getMetricsAsJSON();
  return {
    metrics: metrics.map(({ name, help, type, aggregator, values }) => ({
      name,
      help,
      type: String(type),
      aggregator,
      values,
    })),
    heardAt: { ...heardAt },
    setAt: Object.fromEntries(settingsOf(registry)),
  };
}
