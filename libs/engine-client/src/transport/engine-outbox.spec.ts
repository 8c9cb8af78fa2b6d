import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineOutbox } from './engine-outbox.js';

/** A socket that, like zeromq.js, refuses a second send while one is under way, and knows which engines are connected. */
class FakeRouter {
  readonly sent: string[] = [];
  readonly events: string[] = [];
  readonly connected = new Set([0, 1, 2]);
  failure: Error | undefined;
  private busy = false;
  readonly outbox = new EngineOutbox((engine, frames) => this.transmit(engine, frames), {
    unreachable: (engine, firstHeld) => this.events.push(`unreachable ${engine} from ${firstHeld}`),
    reachable: (engine) => this.events.push(`reachable ${engine}`),
    broken: (error) => this.events.push(String(error)),
  });

  send(engine: number, text: string): number {
    return this.outbox.send(engine, [Buffer.from(text)]);
  }

  private async transmit(engine: number, frames: readonly Buffer[]): Promise<void> {
    if (this.busy) {
      throw Object.assign(new Error('busy'), { code: 'EBUSY' });
    }
    this.busy = true;
    await Promise.resolve();
    this.busy = false;
    if (this.failure !== undefined) {
      throw this.failure;
    }
    if (!this.connected.has(engine)) {
      throw Object.assign(new Error('no such engine'), { code: 'EHOSTUNREACH' });
    }
    this.sent.push(`${engine}:${frames.join()}`);
  }
}

describe('EngineOutbox', () => {
  it('sends one message at a time, in order', async () => {
    const router = new FakeRouter();
    expect([router.send(0, 'a'), router.send(1, 'b'), router.send(0, 'c')]).toEqual([1, 2, 3]);
    await router.outbox.idle();
    expect(router.sent).toEqual(['0:a', '1:b', '0:c']);
    expect(router.events).toEqual([]);
  });

  it('forgets engines that have left: one that comes in the place of another begins anew', async () => {
    const router = new FakeRouter();
    router.connected.delete(1);
    [0, 1, 2].forEach((engine) => router.send(engine, 'old'));
    await router.outbox.idle();
    router.outbox.forget(1);
    router.connected.add(1);
    router.outbox.retry(1);
    router.send(1, 'new');
    await router.outbox.idle();
    expect([router.sent, router.events]).toEqual([['0:old', '2:old', '1:new'], ['unreachable 1 from 2']]);
  });

  it('holds the messages of an unreachable engine alone and sends them in order when it is back', async () => {
    const router = new FakeRouter();
    router.connected.delete(0);
    ['a', 'b', 'c'].forEach((text) => [0, 1].forEach((engine) => router.send(engine, text)));
    await router.outbox.idle();
    expect(router.sent).toEqual(['1:a', '1:b', '1:c']);
    router.outbox.retry(0);
    await router.outbox.idle();
    expect(router.events).toEqual(['unreachable 0 from 1']);
    router.connected.add(0);
    router.outbox.retry(0);
    router.send(0, 'd');
    await router.outbox.idle();
    expect(router.sent).toEqual(['1:a', '1:b', '1:c', '0:a', '0:b', '0:c', '0:d']);
    expect(router.events).toEqual(['unreachable 0 from 1', 'reachable 0']);
  });

  it('loses nothing and keeps the order per engine however engines come and go', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), engine: fc.nat(2) }),
      fc.record({
        kind: fc.constantFrom('up' as const, 'down' as const, 'retry' as const, 'wait' as const),
        engine: fc.nat(2),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const router = new FakeRouter();
        const expected: string[][] = [[], [], []];
        for (const [index, { kind, engine }] of steps.entries()) {
          if (kind === 'send') {
            expected[engine].push(`${engine}:${index}`);
            router.send(engine, String(index));
          } else if (kind === 'up') {
            router.connected.add(engine);
          } else if (kind === 'down') {
            router.connected.delete(engine);
          } else if (kind === 'retry') {
            router.outbox.retry(engine);
          } else {
            await router.outbox.idle();
          }
        }
        for (const engine of [0, 1, 2]) {
          router.connected.add(engine);
          await router.outbox.idle();
          router.outbox.retry(engine);
        }
        await router.outbox.idle();
        expect([0, 1, 2].map((engine) => router.sent.filter((text) => text.startsWith(`${engine}:`)))).toEqual(
          expected,
        );
      }),
    );
  });

  it('reports a broken socket once and sends nothing after it', async () => {
    const router = new FakeRouter();
    router.failure = new Error('socket is gone');
    router.send(0, 'a');
    router.send(0, 'b');
    await router.outbox.idle();
    router.failure = undefined;
    router.send(0, 'c');
    await router.outbox.idle();
    expect(router.events).toEqual(['Error: socket is gone']);
    expect(router.sent).toEqual([]);
  });
});
