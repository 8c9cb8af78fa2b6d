import { Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

export type SleepOperation = 'sleep' | 'wake' | 'release_kv_cache_memory';
export type WeightOperation = 'init' | 'shutdown' | 'start' | 'start_draft' | 'update' | 'finish';

const SECONDS = [0.01, 0.1, 1, 10, 30, 60, 120, 300, 600];

/** How long it takes to put engines to sleep and to give them other weights (metrics.md §2.5). A series appears when it is first used. */
export class ControlMetrics {
  private readonly sleep: OperationSeries;
  private readonly weights: OperationSeries;

  constructor(registry: Registry) {
    this.sleep = new OperationSeries('vllm:sleep_mode_operation', 'sleep mode operations', registry);
    this.weights = new OperationSeries('vllm:rl_weight_update_operation', 'weight update operations', registry);
  }

  /** Resolves or rejects as the operation does. */
  timeSleep<T>(operation: SleepOperation, run: () => Promise<T>): Promise<T> {
    return this.sleep.time(operation, run);
  }

  timeWeights<T>(operation: WeightOperation, run: () => Promise<T>): Promise<T> {
    return this.weights.time(operation, run);
  }
}

/** The histogram and the gauge of one kind of operation. */
class OperationSeries {
  private readonly duration;
  private readonly inFlight;

  constructor(name: string, what: string, registry: Registry) {
    const shared = { labelNames: ['operation' as const], registers: [registry] };
    this.duration = new Histogram({
      ...shared,
      name: `${name}_duration_seconds`,
      help: `Duration of ${what}.`,
      buckets: SECONDS,
    });
    this.inFlight = new Gauge({ ...shared, name: `${name}s_in_flight`, help: `Number of ${what} under way.` });
  }

  async time<T>(operation: string, run: () => Promise<T>): Promise<T> {
    const start = performance.now();
    this.inFlight.inc({ operation });
    try {
      return await run();
    } finally {
      this.inFlight.dec({ operation });
      this.duration.observe({ operation }, (performance.now() - start) / 1000);
    }
  }
}
