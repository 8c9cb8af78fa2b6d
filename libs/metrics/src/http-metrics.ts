import { Counter, Histogram, Summary } from 'prom-client';
import type { Registry } from 'prom-client';
import { birthsOf } from './births.js';
import type { Births } from './births.js';
import { HTTP_DURATION, HTTP_HIGH_RESOLUTION } from './buckets.js';

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

const NAMES = [
  ...['http_requests_total', 'http_request_size_bytes', 'http_response_size_bytes'],
  ...['http_request_duration_highr_seconds', 'http_request_duration_seconds'],
];

/** The HTTP series of vLLM's server (metrics.md §3). */
export class HttpMetrics {
  private readonly births: Births;
  private readonly seen = new Set<string>();
  private readonly requests;
  private readonly requestSize;
  private readonly responseSize;
  private readonly highResolution;
  private readonly duration;

  constructor(registry: Registry) {
    const registers = [registry];
    this.births = birthsOf(registry);
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
      buckets: HTTP_HIGH_RESOLUTION,
      registers,
    });
    this.duration = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Latency with few buckets by handler.',
      labelNames: ['handler', 'method'],
      buckets: HTTP_DURATION,
      registers,
    });
    NAMES.forEach((name) => this.births.track(name));
  }

  observe({ method, handler, status: code, seconds, requestBytes, responseBytes }: HttpSample): void {
    const status = `${Math.floor(code / 100)}xx`;
    this.noteBirths({ method, handler, status });
    this.requests.inc({ handler, method, status });
    this.requestSize.observe({ handler }, requestBytes);
    this.responseSize.observe({ handler }, responseBytes);
    this.highResolution.observe(seconds);
    this.duration.observe({ handler, method }, seconds);
  }

  private noteBirths({ method, handler, status }: Readonly<Record<'method' | 'handler' | 'status', string>>): void {
    const key = `${method} ${status} ${handler}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.births.note('http_requests_total', { method, handler, status });
    this.births.note('http_request_duration_seconds', { method, handler });
    for (const name of ['http_request_size_bytes', 'http_response_size_bytes']) this.births.note(name, { handler });
  }
}
