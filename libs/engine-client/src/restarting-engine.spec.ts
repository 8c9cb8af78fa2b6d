import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidRequestError, UnavailableError } from '@app/errors';
import { engineOutput, engineRequest, RawEngine, RecordingSink } from '@testing/engine-client';
import type { RawEngineOptions } from '@testing/engine-client';
import { EngineClient } from './engine-client.js';
import { RestartingEngine } from './restarting-engine.js';
import type { RestartOptions } from './restarting-engine.js';

let directory: string;
let engine: RestartingEngine;
/** The raw engines, in the order of the starts. */
const starts: RawEngine[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-'));
});

afterEach(async () => {
  await engine.close();
  starts.splice(0).forEach((raw) => raw.close());
  await rm(directory, { recursive: true });
});

/** Start n has the n-th options; an `Error` among them is a start that fails. */
async function start(plan: readonly (RawEngineOptions | Error)[], options: Partial<RestartOptions> = {}) {
  let count = 0;
  const connect = async (signal: AbortSignal): Promise<EngineClient> => {
    const next = plan[count++] ?? new Error('one start too many');
    if (next instanceof Error) throw next;
    return EngineClient.connect({
      engineCount: 1,
      readyTimeoutMs: 4_000,
      signal,
      attachment: {
        type: 'handshake',
        handshakeAddress: `ipc://${directory}/handshake`,
        dataDirectory: directory,
        localEngineCount: 1,
        launch: (address) => (void RawEngine.join(address, next).then((raw) => starts.push(raw)), []),
      },
    });
  };
  engine = await RestartingEngine.start({ connect, backoffMs: 1, ...options }, new AbortController().signal);
  return { starts: () => count };
}

const die = (raw: RawEngine): Promise<void> => raw.sendFrames(['ENGINE_CORE_DEAD']);

/** Resolves when the engine runs for the `count`-th time. */
const running = (count: number): Promise<void> =>
  until(() => starts.length === count && engine.health.state === 'running');

/** Whatever happens, one macrotask at a time: nothing here has an event of its own. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('RestartingEngine', () => {
  it('leaves changes of the number of engines to the engine, and allows none while it restarts', async () => {
    await start([{}, new Error('not now'), {}], { backoffMs: 20 });
    await expect(engine.scaleTo(2)).rejects.toThrow(InvalidRequestError);
    expect([engine.scaling, engine.engineCount]).toEqual([{ type: 'steady' }, 1]);
    await until(() => starts.length === 1);
    await die(starts[0]);
    await until(() => engine.health.state === 'restarting');
    await expect(engine.scaleTo(2)).rejects.toThrow('The engine is being restarted. Please retry.');
  });

  it('fails what runs, refuses while there is no engine, and serves again', async () => {
    await start([{}, {}]);
    const [lost, found] = [new RecordingSink(), new RecordingSink()];
    engine.add(engineRequest('lost'), lost);
    await starts[0].nextRequest();
    await die(starts[0]);
    expect(await lost.ended).toBe('UnavailableError: The engine died.');
    expect(engine.health).toEqual({ state: 'restarting', reason: 'an engine core reported its death' });
    expect(() => engine.add(engineRequest('early'), new RecordingSink())).toThrow(UnavailableError);
    await expect(engine.utility('is_sleeping', [])).rejects.toThrow('being restarted');

    await running(2);
    engine.add(engineRequest('found'), found);
    expect((await starts[1].nextRequest()).requestId).toBe('found');
    await starts[1].sendOutputs(engineOutput('found', [1], 'stop'));
    expect(await found.ended).toContain('1 stop');
  });

  it('keeps the listeners of statistics over a restart', async () => {
    await start([{}, {}]);
    const heard: number[] = [];
    engine.onSchedulerStats((_, { numRunningReqs }) => heard.push(numRunningReqs));
    await die(starts[0]);
    await running(2);
    const prefixCacheStats = { reset: false, requests: 0, queries: 0, hits: 0 };
    const none = { numWaitingReqs: 0, numSkippedWaitingReqs: 0, stepCounter: 0, currentWave: 0, kvCacheUsage: 0 };
    await starts[1].send({ schedulerStats: { numRunningReqs: 7, ...none, prefixCacheStats } });
    await until(() => heard.length > 0);
    expect(heard).toEqual([7]);
  });

  it.each([
    ['that cannot be started again', [{}, new Error('no memory'), new Error('no disk')], { maxAttempts: 3 }, 'no disk'],
    ['that dies as soon as it lives', [{}, {}], { maxAttempts: 2 }, 'an engine core reported its death'],
  ])('gives up an engine %s', async (_, plan, options, reason) => {
    const { starts: count } = await start(plan, options);
    const died = new Promise((resolve) => engine.onDeath(resolve));
    await die(starts[0]);
    if (plan.length === 2) {
      await running(2);
      await die(starts[1]);
    }
    expect(await died).toBe(`the engine could not be restarted: ${reason}`);
    expect(engine.health).toEqual({ state: 'dead', reason: `the engine could not be restarted: ${reason}` });
    expect(count()).toBe(plan.length);
  });

  it('forgives earlier deaths to an engine that has lived long enough', async () => {
    await start([{}, {}, {}, {}], { maxAttempts: 2, stableAfterMs: 0 });
    for (const life of [0, 1, 2]) {
      await die(starts[life]);
      await running(life + 2);
    }
  });

  it.each([
    ['less context', { info: { maxModelLen: 10 } }, 'a context of 10 tokens instead of 256'],
    ['other tasks', { utilities: { get_supported_tasks: ['embed'] } }, 'the tasks embed instead of generate'],
  ])('does not serve with an engine that comes back with %s', async (_, second, difference) => {
    await start([{}, second]);
    const died = new Promise((resolve) => engine.onDeath(resolve));
    await die(starts[0]);
    expect(await died).toBe(`the engine came back with ${difference}`);
  });

  it('ends while it waits for the engine to come back', async () => {
    await start([{}, new Error('not yet')], { backoffMs: 30_000 });
    await die(starts[0]);
    await until(() => engine.health.state === 'restarting');
    await engine.close();
    expect(engine.health.state).toBe('restarting');
  });
});
