import { AggregatorRegistry } from 'prom-client';
import type { Registry } from 'prom-client';
import { takeSnapshot } from './metrics-snapshot.js';
import type { MetricSeries, MetricsSnapshot } from './metrics-snapshot.js';

/**
 * The series of several processes that serve one port as those of one (metrics.md §1): counters, histograms and summaries add up, gauges follow
 * their `aggregator`. The state of an engine is never a sum: it tells it to one process per step, and the one that heard it last knows best;
 * what is set on command, the one that was told last.
 */
export function mergeSnapshots(snapshots: readonly MetricsSnapshot[]): Registry {
  const lastToHear = listenersByEngine(snapshots);
  return AggregatorRegistry.aggregate(
    snapshots.map((snapshot) =>
      snapshot.metrics.map((metric) => {
        if (!isEngineState(metric)) return metric;
        const lastToSet = lastTold(snapshots, metric.name);
        const isRight = (value: MetricSeries['values'][number]): boolean =>
          (lastToSet ?? lastToHear.get(engineOf(value))) === snapshot;
        return { ...metric, values: metric.values.filter(isRight) };
      }),
    ),
  );
}

/** What stays of processes that have ended: all they counted, so that no counter ever goes back. Their gauges go with them. */
export function addUpCounts(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  const counts = snapshots.map(({ metrics }) => metrics.filter(({ type }) => type !== 'gauge'));
  return takeSnapshot(AggregatorRegistry.aggregate(counts));
}

/** The process that set this gauge last; undefined: nobody sets it on command. */
function lastTold(snapshots: readonly MetricsSnapshot[], name: string): MetricsSnapshot | undefined {
  return snapshots.reduce<MetricsSnapshot | undefined>((last, snapshot) => {
    const at = snapshot.setAt[name];
    return at !== undefined && at > (last?.setAt[name] ?? -Infinity) ? snapshot : last;
  }, undefined);
}

/** Of each engine, the process that heard from it last. */
function listenersByEngine(snapshots: readonly MetricsSnapshot[]): ReadonlyMap<string, MetricsSnapshot> {
  const listeners = new Map<string, MetricsSnapshot>();
  for (const snapshot of snapshots) {
    for (const engine of new Set(
      snapshot.metrics.filter(isEngineState).flatMap(({ values }) => values.map(engineOf)),
    )) {
      const rival = listeners.get(engine);
      if (rival === undefined || (snapshot.heardAt[engine] ?? 0) > (rival.heardAt[engine] ?? 0)) {
        listeners.set(engine, snapshot);
      }
    }
  }
  return listeners;
}

/** One process's view of an engine, as against what the process itself did. */
function isEngineState({ type, aggregator, values }: MetricSeries): boolean {
  return type === 'gauge' && aggregator === 'first' && values.some(({ labels }) => labels.engine !== undefined);
}

function engineOf({ labels }: MetricSeries['values'][number]): string {
  return String(labels.engine);
}
