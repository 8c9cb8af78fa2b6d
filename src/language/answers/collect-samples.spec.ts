import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InternalError } from '@app/errors';
import type { ServerError } from '@app/errors';
import { collectSamples } from './collect-samples.js';

interface Sample {
  readonly index: number;
  readonly text: string;
  readonly last: boolean;
}

/** A request whose samples the test sends. */
class FakeRequest {
  sink: { push(sample: Sample): void; fail(error: ServerError): void } | undefined;
  aborts = 0;

  start(sink: NonNullable<FakeRequest['sink']>): { abort(): void } {
    this.sink = sink;
    return { abort: () => void (this.aborts += 1) };
  }
}

const never = new AbortController().signal;

describe('collectSamples', () => {
  it('puts samples in the order of requests and indices, whatever order they end in', async () => {
    const [a, b] = [new FakeRequest(), new FakeRequest()];
    const collected = collectSamples<Sample>([a, b], never);
    b.sink?.push({ index: 0, text: 'b0', last: true });
    a.sink?.push({ index: 1, text: 'a1', last: false });
    a.sink?.push({ index: 0, text: 'a0', last: true });
    expect(await collected).toEqual([
      [
        { index: 0, text: 'a0', last: true },
        { index: 1, text: 'a1', last: false },
      ],
      [{ index: 0, text: 'b0', last: true }],
    ]);
  });

  it('ends the others when one fails', async () => {
    const [a, b] = [new FakeRequest(), new FakeRequest()];
    const collected = collectSamples<Sample>([a, b], never);
    b.sink?.fail(new InternalError('gone'));
    await expect(collected).rejects.toThrow('gone');
    expect(a.aborts).toBe(1);
  });

  it('ends all when the client leaves', async () => {
    const request = new FakeRequest();
    const client = new AbortController();
    const collected = collectSamples<Sample>([request], client.signal);
    client.abort();
    await expect(collected).rejects.toThrow();
    expect(request.aborts).toBe(1);
  });

  it('starts nothing for a client that has left already', async () => {
    const request = new FakeRequest();
    await expect(collectSamples<Sample>([request], AbortSignal.abort())).rejects.toThrow();
    expect(request.sink).toBeUndefined();
  });

  it('ends what has started when a later request does not start', async () => {
    const first = new FakeRequest();
    const broken = {
      start: (): never => {
        throw new InternalError('refused');
      },
    };
    const last = new FakeRequest();
    await expect(collectSamples<Sample>([first, broken, last], never)).rejects.toThrow('refused');
    expect(first.aborts).toBe(1);
    expect(last.sink).toBeUndefined();
  });

  it('starts large ones in several turns, and no further one when the client leaves between them', async () => {
    const started: number[] = [];
    const slow = (index: number) => ({
      start: () => {
        started.push(index);
        const end = performance.now() + 11;
        while (performance.now() < end);
        return { abort: () => void started.splice(0) };
      },
    });
    const client = new AbortController();
    const collected = collectSamples<Sample>([slow(0), slow(1), slow(2)], client.signal);
    expect(started).toEqual([0]);
    await nextTurn();
    expect(started).toEqual([0, 1]);
    client.abort();
    await expect(collected).rejects.toThrow();
    await nextTurn();
    expect(started).toEqual([]);
  });
});
