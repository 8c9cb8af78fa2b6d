import { metric, until } from '@support/metrics';
import { SERVED_NAME } from './vllm-process.js';

export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Every request has a connection of its own: two engines can keep a small machine from anything else for seconds, and then a server closes an
 * idle connection on which a request is already on its way.
 */
const OWN_CONNECTION = { connection: 'close' };
/** For what takes no time on an idle machine. */
const PATIENCE_MS = 60_000;

export function post(url: string, body: object, { headers, signal }: AskOptions = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...OWN_CONNECTION, ...headers },
    body: JSON.stringify(body),
    signal,
  });
}

/** A completion of eight tokens, if the fields do not say otherwise. */
export function complete(url: string, fields: object, options?: AskOptions): Promise<Response> {
  const completion = { model: SERVED_NAME, prompt: 'Once upon a time', max_tokens: 8, ignore_eos: true };
  return post(`${url}/v1/completions`, { ...completion, ...fields }, options);
}

export async function health(url: string): Promise<number> {
  return (await fetch(`${url}/health`, { headers: OWN_CONNECTION })).status;
}

export function untilUnhealthy(url: string): Promise<void> {
  return until(async () => (await health(url)) === 503, PATIENCE_MS);
}

/** 0 where there is no such series. */
export async function countOf(url: string, series: string, headers?: AskOptions['headers']): Promise<number> {
  return (await metric(url, series, { ...OWN_CONNECTION, ...headers })) ?? 0;
}

/** Waits until the engine of this rank runs so many requests. */
export function untilRunning(
  url: string,
  count: number,
  { rank = 0, headers }: { readonly rank?: number; readonly headers?: AskOptions['headers'] } = {},
): Promise<void> {
  const series = `vllm:num_requests_running{engine="${rank}"`;
  return until(async () => (await countOf(url, series, headers)) === count, PATIENCE_MS);
}
