import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UnavailableError } from '@app/errors';
import { silentLogger } from '@app/logging';
import type { SupervisorMessage, WorkerMessage } from './messages.js';
import { WorkerPool } from './worker-pool.js';
import type { WorkerProcess } from './worker-process.js';

/** A worker whose life the test leads. */
class FakeWorker implements WorkerProcess {
  readonly pid = undefined;
  readonly ended: Promise<string>;
  readonly told: SupervisorMessage[] = [];
  killed = false;
  end!: (reason: string) => void;

  constructor(readonly say: (message: WorkerMessage) => void) {
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  send(message: SupervisorMessage): void {
    this.told.push(message);
  }

  kill(): void {
    this.killed = true;
    this.end('was ended by SIGKILL');
  }

  /** Up to the moment at which it waits for the port. */
  build(): void {
    this.say({ type: 'hello' });
    this.say({ type: 'joined', registrations: [Buffer.from('r')], tasks: ['generate'] });
    this.say({ type: 'built' });
  }

  get toldTypes(): readonly string[] {
    return this.told.map(({ type }) => type);
  }
}

const address = { host: '127.0.0.1', port: 1 };
let forked: FakeWorker[];
let opened: number;
let pool: WorkerPool;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  forked = [];
  opened = 0;
  pool = new WorkerPool({
    count: 2,
    fork: (say) => {
      forked.push(new FakeWorker(say));
      return forked[forked.length - 1];
    },
    assignmentOf: (clientIndex) => ({
      clientIndex,
      clientCount: 2,
      engines: { engineCount: 1, startRank: 0, coordinatorAddress: undefined },
      addresses: { input: `i${clientIndex}`, output: `o${clientIndex}` },
      sockets: { main: { address, url: 'http://127.0.0.1:1' }, admin: undefined },
    }),
    beforeListening: () => {
      opened++;
      return Promise.resolve();
    },
    onEngineDeath: () => undefined,
    logger: silentLogger,
  });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Two workers that serve. */
async function startPool(): Promise<void> {
  const started = pool.start();
  forked.forEach((worker) => worker.build());
  await nextTurn();
  forked.forEach((worker) => worker.say({ type: 'serving' }));
  expect(await started).toEqual(['generate']);
}

async function bringUp(worker: FakeWorker): Promise<void> {
  worker.build();
  await nextTurn();
  worker.say({ type: 'serving' });
  await nextTurn();
}

describe('WorkerPool', () => {
  it('opens the port once, when everybody is there', async () => {
    const started = pool.start();
    forked[0].build();
    await nextTurn();
    expect([opened, forked[0].toldTypes]).toEqual([0, ['assignment']]);
    forked[1].build();
    await nextTurn();
    expect([opened, forked.map(({ toldTypes }) => toldTypes)]).toEqual([
      1,
      [
        ['assignment', 'listen'],
        ['assignment', 'listen'],
      ],
    ]);
    forked.forEach((worker) => worker.say({ type: 'serving' }));
    expect(await started).toEqual(['generate']);
  });

  it('replaces who dies at the same place, with what the engines told, and disturbs nobody else', async () => {
    await startPool();
    const toldBefore = forked[0].told.length;
    forked[1].end('was ended by SIGSEGV');
    await nextTurn();
    await vi.advanceTimersByTimeAsync(0);
    expect(forked).toHaveLength(3);
    forked[2].build();
    await nextTurn();
    expect(forked[2].told).toEqual([
      {
        type: 'assignment',
        assignment: expect.objectContaining({
          clientIndex: 1,
          addresses: { input: 'i1', output: 'o1' },
          registrations: [Buffer.from('r')],
        }) as unknown,
      },
      { type: 'listen' },
    ]);
    expect([opened, forked[0].told.length]).toEqual([1, toldBefore]);
  });

  it('waits longer and longer with one that keeps dying, and never gives it up once all have served', async () => {
    await startPool();
    for (const delayMs of [0, 1_000, 2_000, 4_000]) {
      const count = forked.length;
      forked[count - 1].end('exited with code 1');
      await nextTurn();
      await vi.advanceTimersByTimeAsync(Math.max(0, delayMs - 1));
      if (delayMs > 0) expect(forked).toHaveLength(count);
      await vi.advanceTimersByTimeAsync(1);
      expect(forked).toHaveLength(count + 1);
    }
  });

  it('gives the start up at once when a worker says why it cannot', async () => {
    const started = pool.start();
    forked[1].say({ type: 'hello' });
    forked[1].say({ type: 'failed', reason: 'the model has no tokenizer' });
    forked[1].end('exited with code 1');
    await expect(started).rejects.toThrow(new UnavailableError('the model has no tokenizer'));
    await pool.stop({ delayMs: 0, drainTimeoutMs: 0 });
    expect([forked.length, forked[0].killed]).toEqual([2, true]);
  });

  it('gives the start up after the third death that nobody explains', async () => {
    const started = pool.start();
    started.catch(() => undefined);
    forked[0].end('was ended by SIGILL');
    await nextTurn();
    await vi.advanceTimersByTimeAsync(0);
    forked[2].end('was ended by SIGILL');
    await nextTurn();
    await vi.advanceTimersByTimeAsync(1_000);
    forked[3].end('was ended by SIGILL');
    await expect(started).rejects.toThrow(new UnavailableError('API server 0 was ended by SIGILL'));
    await pool.stop({ delayMs: 0, drainTimeoutMs: 0 });
    expect(forked).toHaveLength(4);
  });

  it('renews one after the other, each when the successor of the one before serves', async () => {
    await startPool();
    const renewed = pool.renew({ drainTimeoutMs: 7_000 });
    expect(pool.renew({ drainTimeoutMs: 7_000 })).toBe(renewed);
    await nextTurn();
    expect(forked.map(({ told }) => told.at(-1))).toEqual([{ type: 'retire', timeoutMs: 7_000 }, { type: 'listen' }]);
    forked[0].end('exited with code 0');
    await nextTurn();
    expect(forked[1].toldTypes).not.toContain('retire');
    await bringUp(forked[2]);
    expect(forked[1].told.at(-1)).toEqual({ type: 'retire', timeoutMs: 7_000 });
    forked[1].end('exited with code 0');
    await nextTurn();
    await bringUp(forked[3]);
    await renewed;
    expect(forked).toHaveLength(4);
  });

  it('kills who does not leave in time, and puts the next in its place', async () => {
    await startPool();
    void pool.renew({ drainTimeoutMs: 7_000 });
    await nextTurn();
    await vi.advanceTimersByTimeAsync(11_999);
    expect(forked[0].killed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await nextTurn();
    expect([forked[0].killed, forked.length]).toEqual([true, 3]);
  });

  it('ends all at once: who serves may finish, who starts is killed', async () => {
    await startPool();
    forked[1].end('was ended by SIGKILL');
    await nextTurn();
    await vi.advanceTimersByTimeAsync(0);
    const stopped = pool.stop({ delayMs: 2_000, drainTimeoutMs: 3_000 });
    expect(forked[0].told.at(-1)).toEqual({ type: 'drain', delayMs: 2_000, timeoutMs: 3_000 });
    expect(forked[2].killed).toBe(true);
    forked[0].end('exited with code 0');
    await stopped;
    expect(forked).toHaveLength(3);
  });

  it('kills who does not end in the time it was given', async () => {
    await startPool();
    const stopped = pool.stop({ delayMs: 2_000, drainTimeoutMs: 3_000 });
    forked[1].end('exited with code 0');
    await vi.advanceTimersByTimeAsync(9_999);
    expect(forked[0].killed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(forked[0].killed).toBe(true);
    await stopped;
  });

  it('waits until nobody holds on to engines that ended, and tells no successor what they had said', async () => {
    await startPool();
    forked[1].end('was ended by SIGKILL');
    await nextTurn();
    await vi.advanceTimersByTimeAsync(0);
    let free = false;
    pool.endEngines('it was killed');
    void pool.awaitingEngines().then(() => (free = true));
    expect(forked[0].told.at(-1)).toEqual({ type: 'engine-ended', reason: 'it was killed' });
    // It has just been started: nobody would miss it.
    expect(forked[2].killed).toBe(true);
    await nextTurn();
    expect(free).toBe(false);
    forked[0].say({ type: 'awaiting-engines' });
    await nextTurn();
    expect(free).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    forked[3].say({ type: 'hello' });
    expect(forked[3].told).toMatchObject([
      { type: 'assignment', assignment: { clientIndex: 1, registrations: undefined } },
    ]);
  });

  it('kills who does not let go of engines that ended', async () => {
    await startPool();
    let free = false;
    pool.endEngines('it was killed');
    void pool.awaitingEngines().then(() => (free = true));
    forked[0].say({ type: 'awaiting-engines' });
    await vi.advanceTimersByTimeAsync(9_999);
    expect([free, forked[1].killed]).toEqual([false, false]);
    await vi.advanceTimersByTimeAsync(1);
    await nextTurn();
    expect([free, forked[0].killed, forked[1].killed]).toEqual([true, false, true]);
  });
});
