import { Counter, Histogram, Summary } from 'prom-client';
import type { Registry } from 'prom-client';
import * as buckets from './buckets.js';

/** One answered HTTP request. */
export interface HttpSample {
  readonly method: string;
  /** Route template, or `none` when no route matched. */
  readonly handler: string;
  readonly status: number;
  /** Arrival to the last byte. */
  readonly seconds: number;
  /** Content-Length of the request, 0 when absent. */
  readonly requestBytes: number;
  /** Content-Length of the response, 0 for streams. */
  readonly responseBytes: number;
}

/** The HTTP series of vLLM's server (metrics.md §3). */
export class HttpMetrics {
  private readonly requests;
  private readonly requestSize;
  private readonly responseSize;
  private readonly highResolution;
  private readonly duration;

  constructor(registry: Registry) {
    const registers = [registry];
    this.requests = new Counter({
      name: 'http_requests_total',
      help: 'Total number of requests by method, status and handler.',
      labelNames: ['handler', 'method', 'status'],
      registers,
    });
    this.requestSize = new Summary({
      name: 'http_request_size_bytes',
      help: 'Content length of incoming requests by handler.',
      labelNames: ['handler'],
      percentiles: [],
      registers,
    });
    this.responseSize = new Summary({
      name: 'http_response_size_bytes',
      help: 'Content length of outgoing responses by handler.',
      labelNames: ['handler'],
      percentiles: [],
      registers,
    });
    this.highResolution = new Histogram({
      name: 'http_request_duration_highr_seconds',
      help: 'Latency with many buckets and no labels.',
      buckets: buckets.HTTP_HIGH_RESOLUTION,
      registers,
    });
    this.duration = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Latency with few buckets by handler.',
      labelNames: ['handler', 'method'],
      buckets: buckets.HTTP_DURATION,
      registers,
    });
  }

  observe({ method, handler, status, seconds, requestBytes, responseBytes }: HttpSample): void {
    this.requests.inc({ handler, method, status: `${Math.floor(status / 100)}xx` });
    this.requestSize.observe({ handler }, requestBytes);
    this.responseSize.observe({ handler }, responseBytes);
    this.highResolution.observe(seconds);
    this.duration.observe({ handler, method }, seconds);
  }
}
