import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { receiveLoop, type MessageSource } from './receive-loop.js';

/** A socket with messages waiting, as zeromq.js shows them: `receive` resolves at once. */
class Backlog implements MessageSource {
  closed = false;

  constructor(private left: number) {}

  receive(): Promise<Buffer[]> {
    if (this.left > 0) return Promise.resolve([Buffer.from(String(this.left--))]);
    this.closed = true;
    return Promise.reject(new Error('closed'));
  }
}

describe('receiveLoop', () => {
  it('hands on every message in order and ends with the socket', async () => {
    const received: string[] = [];
    await receiveLoop(new Backlog(3), ([frame]) => received.push(frame.toString()));
    expect(received).toEqual(['3', '2', '1']);
  });

  it('lets others run while a backlog is worked off', async () => {
    let handled = 0;
    const loop = receiveLoop(new Backlog(1000), () => handled++);
    await nextTurn();
    expect(handled).toBeLessThan(1000);
    await loop;
    expect(handled).toBe(1000);
  });

  it('rejects when the socket breaks', async () => {
    const source = { closed: false, receive: () => Promise.reject(new Error('broken')) };
    await expect(receiveLoop(source, () => undefined)).rejects.toThrow('broken');
  });
});
