import { eachInTurns } from '@app/async';
import type { ServerError } from '@app/errors';

/** The whole answer of one sample of a request that is not streamed. */
interface Sample {
  readonly index: number;
  /** Of the samples of its request. */
  readonly last: boolean;
}

interface SampleSink<S extends Sample> {
  push(sample: S): void;
  fail(error: ServerError): void;
}

/** A prepared request whose `start` sends it to the engine. */
export interface Startable<S extends Sample> {
  start(sink: SampleSink<S>): { abort(): void };
}

/**
 * Starts every request, many of them in several turns of the event loop, and resolves with their samples: `[request][sample]`. The first failure aborts the others and rejects; so does `signal`,
 * with its reason, when the client goes away.
 */
export function collectSamples<S extends Sample>(
  requests: readonly Startable<S>[],
  signal: AbortSignal,
): Promise<S[][]> {
  return new Promise((resolve, reject) => {
    const running: { abort(): void }[] = [];
    const samples = requests.map((): S[] => []);
    let unfinished = requests.length;
    let ended = false;

    const end = () => {
      ended = true;
      signal.removeEventListener('abort', leave);
    };
    const stop = (reason: unknown) => {
      end();
      for (const generation of running) generation.abort();
      reject(reason instanceof Error ? reason : new Error(String(reason)));
    };
    const leave = () => stop(signal.reason);
    const push = (position: number, sample: S) => {
      samples[position][sample.index] = sample;
      if (!sample.last || --unfinished > 0) return;
      end();
      resolve(samples);
    };

    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    const start = (position: number) => {
      const generation = requests[position].start({ push: (sample) => push(position, sample), fail: stop });
      running.push(generation);
      // It may have failed while it started.
      if (ended) generation.abort();
    };
    try {
      eachInTurns(requests.length, start, { isOver: () => ended, fail: stop });
    } catch (error) {
      stop(error);
    }
  });
}
