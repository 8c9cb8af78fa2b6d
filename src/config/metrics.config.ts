import { Option } from './option.decorator.js';

/** What `/metrics` shows. */
export class MetricsConfig {
  @Option({
    flag: '--disable-log-stats',
    kind: 'boolean',
    default: false,
    help: 'No engine metrics.',
  })
  readonly disableLogStats!: boolean;

  @Option({
    flag: '--custom-histogram-buckets',
    kind: 'json',
    help: 'Upper bounds for families of histograms, as a JSON object: {"request_latency": [0.1, 1, 10]}.',
  })
  readonly customHistogramBuckets?: Readonly<Record<string, readonly number[]>>;

  @Option({
    flag: '--disable-created-series',
    kind: 'boolean',
    default: false,
    env: 'PROMETHEUS_DISABLE_CREATED_SERIES',
    help: 'No *_created samples. With several API servers there are none anyway.',
  })
  readonly disableCreatedSeries!: boolean;
}
