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

export interface RunningStream {
  /** Everything it said, until its end or until it broke. */
  readonly ended: Promise<string>;
}

/** A streamed completion that tells its usage; the engine has begun it. */
export async function startStream(url: string, fields: object, options?: AskOptions): Promise<RunningStream> {
  const usage = { stream: true, stream_options: { include_usage: true } };
  const { body } = await complete(url, { ...usage, ...fields }, options);
  if (body === null) throw new Error('the answer has no body');
  const chunks = body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = String((await chunks.next()).value);
  const read = async (): Promise<string> => {
    try {
      for (let chunk = await chunks.next(); chunk.done !== true; chunk = await chunks.next()) text += chunk.value;
    } catch {
      // It broke: what it said has no end.
    }
    return text;
  };
  return { ended: read() };
}

export async function health(url: string): Promise<number> {
  return (await fetch(`${url}/health`, { headers: OWN_CONNECTION })).status;
}

/** Also waits for somebody to listen. */
export function untilHealth(url: string, status: number): Promise<void> {
  return until(async () => (await health(url).catch(() => undefined)) === status, PATIENCE_MS);
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
