import { setImmediate as nextTurn } from 'node:timers/promises';
import { Counter, Gauge, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { takeSnapshot } from '@app/metrics';
import type { MetricsSnapshot } from '@app/metrics';
import { MetricsOfAll } from './metrics-of-all.js';
import type { WorkerProcess } from './worker-process.js';

/** A worker that says what the test gives it, when it is asked; nothing while that is undefined. */
class CountingWorker implements WorkerProcess {
  readonly pid = undefined;
  readonly ended = new Promise<string>(() => undefined);
  answer: MetricsSnapshot | undefined;

  constructor(private readonly all: MetricsOfAll) {
    all.add(this);
  }

  send(): void {
    const { answer } = this;
    if (answer !== undefined) queueMicrotask(() => this.all.take(this, answer));
  }

  kill(): void {
    this.answer = undefined;
  }
}

async function counted(requests: number): Promise<MetricsSnapshot> {
  const registry = new Registry();
  new Counter({ name: 'requests_total', help: 'Requests.', registers: [registry] }).inc(requests);
  new Gauge({ name: 'open', help: 'Open.', registers: [registry] }).set(1);
  return takeSnapshot(registry);
}

async function samples(page: Promise<string>): Promise<string[]> {
  return (await page).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

let all: MetricsOfAll;
let workers: readonly [CountingWorker, CountingWorker];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  all = new MetricsOfAll();
  workers = [new CountingWorker(all), new CountingWorker(all)];
  workers[0].answer = await counted(2);
  workers[1].answer = await counted(3);
});

afterEach(() => {
  vi.useRealTimers();
});

describe('MetricsOfAll', () => {
  it('asks everybody, once for all who want to know', async () => {
    const page = all.page();
    expect(all.page()).toBe(page);
    expect(await samples(page)).toEqual(['requests_total 5.0', 'open 2.0']);
    workers[0].answer = await counted(4);
    expect(await samples(all.page())).toEqual(['requests_total 7.0', 'open 2.0']);
  });

  it('takes what a busy worker said last, after a second', async () => {
    await all.page();
    workers[0].answer = await counted(9);
    workers[1].answer = undefined;
    const page = samples(all.page());
    await nextTurn();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await page).toEqual(['requests_total 12.0', 'open 2.0']);
  });

  it('goes on counting what the ended have counted', async () => {
    await all.page();
    all.remove(workers[1]);
    expect(await samples(all.page())).toEqual(['requests_total 5.0', 'open 1.0']);
    const successor = new CountingWorker(all);
    successor.answer = await counted(1);
    expect(await samples(all.page())).toEqual(['requests_total 6.0', 'open 2.0']);
    all.remove(successor);
    all.remove(workers[0]);
    expect(await samples(all.page())).toEqual(['requests_total 6.0']);
  });

  it('waits for nobody who ends meanwhile', async () => {
    await all.page();
    workers[1].answer = undefined;
    const page = samples(all.page());
    await nextTurn();
    all.remove(workers[1]);
    expect(await page).toEqual(['requests_total 5.0', 'open 1.0']);
  });
});
