import type { Registry } from 'prom-client';
import { SeriesFactory } from './series-factory.js';

/** The queue limit that a request would have gone beyond. */
export type RejectionReason = 'max_num_queued_reqs' | 'max_num_queued_tokens';

export interface FrontEndMetricsOptions {
  readonly registry: Registry;
  /** First served name. */
  readonly modelName: string;
}

/** Requests that were refused before they reached an engine (metrics.md §2.2). */
export class AdmissionMetrics {
  private readonly rejections;

  constructor(private readonly options: FrontEndMetricsOptions) {
    const make = new SeriesFactory(options.registry, ['model_name']);
    this.rejections = make.counter('vllm:admission_rejections', 'Requests refused because too much was waiting.', {
      reason: ['max_num_queued_reqs', 'max_num_queued_tokens'],
    });
    make.start({ model_name: options.modelName });
  }

  observeRejection(reason: RejectionReason): void {
    this.rejections.inc({ model_name: this.options.modelName, reason });
  }
}
