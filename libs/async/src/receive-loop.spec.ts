import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { receiveLoop } from './receive-loop.js';
import type { MessageSource } from './receive-loop.js';

/** A socket with messages waiting, as zeromq.js shows them: `receive` resolves at once. */
class Backlog implements MessageSource {
  closed = false;

  constructor(private left: number) {}

  receive(): Promise<Buffer[]> {
    if (this.left-- > 0) {
      return Promise.resolve([Buffer.from(String(this.left))]);
    }
    this.closed = true;
    return Promise.reject(new Error('closed'));
  }
}

function busyFor(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('receiveLoop', () => {
  it('hands on every message, in order, and ends with the socket', async () => {
    const received: string[] = [];
    await receiveLoop(new Backlog(3), ([frame]) => received.push(frame.toString()));
    expect(received).toEqual(['2', '1', '0']);
  });

  it('lets others run while a backlog is worked off', async () => {
    let handled = 0;
    const loop = receiveLoop(new Backlog(100), () => {
      handled++;
      busyFor(3);
    });
    await nextTurn();
    expect(handled).toBeLessThan(20);
    await loop;
    expect(handled).toBe(100);
  });

  it('rejects when the socket breaks or the handler throws', async () => {
    const broken = { closed: false, receive: () => Promise.reject(new Error('broken')) };
    await expect(receiveLoop(broken, () => undefined)).rejects.toThrow('broken');
    const throwing = receiveLoop(new Backlog(1), () => {
      throw new Error('handler');
    });
    await expect(throwing).rejects.toThrow('handler');
  });
});
