import { performance } from 'node:perf_hooks';

export interface StreamMeasurement {
  /** All streams together, from the last stream's first token to the first stream's end. */
  readonly decodeTokensPerSecond: number;
  /** Median over the streams. */
  readonly firstTokenMs: number;
  /** CPU time of the API server process per generated token, prefill and set-up included. */
  readonly frontEndMicrosecondsPerToken: number;
}

interface TimedStream {
  readonly firstTokenAt: number;
  /** When each event with text came. */
  readonly arrivals: readonly number[];
}

/** Runs `streams` parallel completions of exactly `tokens` tokens each. */
export async function measureStreams(
  url: string,
  { streams, tokens }: { readonly streams: number; readonly tokens: number },
): Promise<StreamMeasurement> {
  const cpuBefore = await cpuSeconds(url);
  const start = performance.now();
  const timed = await Promise.all(Array.from({ length: streams }, (_, index) => timeStream(url, index, tokens)));
  const cpuAfter = await cpuSeconds(url);

  const allDecoding = Math.max(...timed.map(({ firstTokenAt }) => firstTokenAt));
  const firstEnd = Math.min(...timed.map(({ arrivals }) => arrivals[arrivals.length - 1]));
  const decoded = timed.flatMap(({ arrivals }) => arrivals).filter((at) => at > allDecoding && at <= firstEnd).length;
  const firsts = timed.map(({ firstTokenAt }) => firstTokenAt - start).sort((a, b) => a - b);
  return {
    decodeTokensPerSecond: (decoded * 1000) / (firstEnd - allDecoding),
    firstTokenMs: firsts[Math.floor(firsts.length / 2)],
    frontEndMicrosecondsPerToken: ((cpuAfter - cpuBefore) * 1e6) / (streams * tokens),
  };
}

async function timeStream(url: string, index: number, tokens: number): Promise<TimedStream> {
  const response = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      prompt: `Stream ${index}: count from 1 to 100.`,
      max_tokens: tokens,
      ignore_eos: true,
      temperature: 0,
      stream: true,
    }),
  });
  if (!response.ok || !response.body)
    throw new Error(`the server answered ${response.status}: ${await response.text()}`);
  const arrivals: number[] = [];
  let rest = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const now = performance.now();
    const events = (rest + piece).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      if (event.startsWith('data: {"error"')) throw new Error(`a stream failed: ${event}`);
      if (event.startsWith('data: {')) arrivals.push(now);
    }
  }
  if (arrivals.length === 0) throw new Error('a stream ended without a token');
  return { firstTokenAt: arrivals[0], arrivals };
}

/** `process_cpu_seconds_total` of the API server. */
async function cpuSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const match = /^process_cpu_seconds_total (\S+)$/m.exec(text);
  if (!match) throw new Error(`${url}/metrics has no process_cpu_seconds_total`);
  return Number(match[1]);
}
