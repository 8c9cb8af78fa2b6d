import { describe, expect, it } from 'vitest';
import { SendQueue } from './send-queue.js';

/** A socket that, like zeromq.js, refuses a second send while one is under way. */
class OneAtATime {
  readonly sent: string[] = [];
  failAt: string | undefined;
  private busy = false;

  async send([frame]: Buffer[]): Promise<void> {
    if (this.busy) throw new Error('EBUSY');
    this.busy = true;
    await Promise.resolve();
    this.busy = false;
    if (frame.toString() === this.failAt) throw new Error('broken');
    this.sent.push(frame.toString());
  }
}

function queueOver(socket: OneAtATime) {
  const failures: unknown[] = [];
  const queue = new SendQueue(socket, (error) => failures.push(error));
  const push = (...texts: string[]) => texts.forEach((text) => queue.push([Buffer.from(text)]));
  return { queue, push, failures };
}

describe('SendQueue', () => {
  it('sends one message at a time, in order, however they come', async () => {
    const socket = new OneAtATime();
    const { queue, push, failures } = queueOver(socket);
    push('a', 'b');
    const idle = queue.idle();
    push('c');
    await idle;
    push('d');
    await queue.idle();
    expect([socket.sent, failures]).toEqual([['a', 'b', 'c', 'd'], []]);
  });

  it('reports a broken socket once, and sends nothing after it', async () => {
    const socket = new OneAtATime();
    socket.failAt = 'b';
    const { queue, push, failures } = queueOver(socket);
    push('a', 'b', 'c');
    await queue.idle();
    push('d');
    await queue.idle();
    expect([socket.sent, failures]).toEqual([['a'], [new Error('broken')]]);
  });

  it('drops what is unsent when it is stopped, without a complaint', async () => {
    const socket = new OneAtATime();
    socket.failAt = 'a';
    const { queue, push, failures } = queueOver(socket);
    push('a', 'b');
    queue.stop();
    await queue.idle();
    expect([socket.sent, failures]).toEqual([[], []]);
  });
});
