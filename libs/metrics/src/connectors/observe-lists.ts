import type { Labels, SeriesFactory } from '../series-factory.js';
import type { ListConnector, ListSeries } from './list-connectors.js';
import { onceFor } from './once-for.js';
import type { ConnectorObserver } from './statistics.js';

/** For connectors that tell lists of numbers, or single ones, by name. */
export function observeLists({ series }: ListConnector, newFactory: () => SeriesFactory): ConnectorObserver {
  const startFor = onceFor(() => {
    const make = newFactory();
    return { make, observers: series.map((one) => observer(make, one)) };
  });
  return (labels, statistics) => {
    for (const { from, observe } of startFor(labels).observers) {
      for (const key of from) observe(labels, numbersOf(statistics[key]));
    }
  };
}

interface ListObserver {
  readonly from: readonly string[];
  readonly observe: (labels: Labels, numbers: readonly number[]) => void;
}

function observer(make: SeriesFactory, { name, help, from, bounds, isState }: ListSeries): ListObserver {
  if (bounds !== undefined) {
    const histogram = make.histogram(name, help, bounds);
    return { from, observe: (labels, numbers) => numbers.forEach((number) => histogram.observe(labels, number)) };
  }
  if (isState) {
    const gauge = make.gauge(name, help);
    return { from, observe: (labels, numbers) => numbers.slice(-1).forEach((number) => gauge.set(labels, number)) };
  }
  const counter = make.counter(name, help);
  return { from, observe: (labels, numbers) => numbers.forEach((number) => counter.inc(labels, Math.max(0, number))) };
}

function numbersOf(value: unknown): readonly number[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === 'number' && Number.isFinite(one)) as number[];
}
