import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { birthsOf } from './births.js';
import type { Births } from './births.js';

export type Labels = Readonly<Record<string, string>>;

/** Labels of a metric beside the common ones, each with the values that exist from the start. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

interface Started {
  /** Series of these labels begin at 0. */
  start(labels: Labels): void;
  /** They tell a state, and nobody is there to have it any more. */
  end?(labels: Labels): void;
}

/** Makes metrics that share labels, and begins all their series at once: an alert on a rate needs the first sample. */
export class SeriesFactory {
  private readonly made: Started[] = [];
  private readonly births: Births;

  constructor(
    private readonly registry: Registry,
    private readonly commonLabels: readonly string[],
  ) {
    this.births = birthsOf(registry);
  }

  gauge(name: string, help: string, values: LabelValues = {}): Gauge {
    const gauge = new Gauge({ ...this.options(name, help, values), aggregator: 'first' });
    this.made.push({
      start: (labels) => combinations(labels, values).forEach((series) => gauge.set(series, 0)),
      end: (labels) => combinations(labels, values).forEach((series) => gauge.remove(series)),
    });
    return gauge;
  }

  /** Named without the `_total` that it is shown with. */
  counter(name: string, help: string, values: LabelValues = {}): Counter {
    const options = this.options(name.endsWith('_total') ? name : `${name}_total`, help, values);
    const counter = new Counter(options);
    this.births.track(options.name);
    this.made.push({
      start: (labels) =>
        combinations(labels, values).forEach((series) => {
          counter.inc(series, 0);
          this.births.note(options.name, series);
        }),
    });
    return counter;
  }

  histogram(name: string, help: string, bounds: readonly number[], values: LabelValues = {}): Histogram {
    const histogram = new Histogram({ ...this.options(name, help, values), buckets: [...bounds] });
    this.births.track(name);
    this.made.push({
      start: (labels) =>
        combinations(labels, values).forEach((series) => {
          histogram.zero(series);
          this.births.note(name, series);
        }),
    });
    return histogram;
  }

  /** Every series of these common labels begins, at 0. */
  start(labels: Labels): void {
    this.made.forEach((metric) => metric.start(labels));
  }

  /** Their states are shown no more; what was counted stays. */
  end(labels: Labels): void {
    this.made.forEach((metric) => metric.end?.(labels));
  }

  private options(name: string, help: string, values: LabelValues) {
    return { name, help, labelNames: [...this.commonLabels, ...Object.keys(values)], registers: [this.registry] };
  }
}

function combinations(labels: Labels, values: LabelValues): Labels[] {
  return Object.entries(values).reduce(
    (sets, [name, each]) => sets.flatMap((set) => each.map((value) => ({ ...set, [name]: value }))),
    [labels],
  );
}
