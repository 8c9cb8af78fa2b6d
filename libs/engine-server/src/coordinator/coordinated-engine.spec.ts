import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeRegistration, encodeAbort } from '@app/engine-protocol';
import type { EngineOutputs, SchedulerStats, WaveStart } from '@app/engine-protocol';
import { UnavailableError } from '@app/errors';
import { addFrames, engineRequest, FakeEngineCore, RawCoordinator, RawFrontEnd } from '@testing/engine-server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineServer } from '../engine-server.js';
import { serveEngineCore, type HandshakeServeOptions } from '../serve-engine-core.js';
import type { WaveMember, WaveReport } from './wave-member.js';

const SUBSCRIPTION = Buffer.from([1]);
const ABORT = Buffer.from([1]);

let frontEnd: RawFrontEnd;
let coordinator: RawCoordinator;
let core: FakeEngineCore;
let server: EngineServer | undefined;

beforeEach(async () => {
  [frontEnd, coordinator] = await Promise.all([RawFrontEnd.listen(2), RawCoordinator.listen()]);
  core = new FakeEngineCore();
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  frontEnd.close();
  coordinator.close();
});

function join(options: Partial<HandshakeServeOptions> = {}): Promise<EngineServer> {
  const { handshakeAddress } = frontEnd;
  return serveEngineCore(core, { handshakeAddress, rank: 1, local: false, headless: true, ...options });
}

/** An engine that has joined front end and coordinator. */
async function joined(options: Partial<HandshakeServeOptions> = {}): Promise<void> {
  const joining = join(options);
  await frontEnd.hear();
  await frontEnd.answer(options.rank ?? 1, frontEnd.init(coordinator.addresses));
  await coordinator.subscription();
  for (const client of frontEnd.clients) await client.registration();
  await coordinator.openGate();
  await frontEnd.hear();
  server = await joining;
}

function stats(numRunningReqs: number, numWaitingReqs: number, kvCacheUsage = 0): SchedulerStats {
  return {
    ...{ numRunningReqs, numWaitingReqs, numSkippedWaitingReqs: 0, stepCounter: 0, currentWave: 0, kvCacheUsage },
    prefixCacheStats: { reset: false, requests: 0, queries: 0, hits: 0 },
    kvFetchReqsByStage: { waiting_to_start: 0, in_progress: 0, completed_waiting: 0 },
  };
}

function reportOf(rest: Partial<EngineOutputs>): EngineOutputs {
  return { engineIndex: 1, outputs: [], timestamp: expect.any(Number) as number, ...rest };
}

describe('the start with a coordinator', () => {
  it('subscribes, registers, and is ready when every engine is', async () => {
    const joining = join();
    await frontEnd.hear();
    await frontEnd.answer(1, frontEnd.init(coordinator.addresses));
    expect(await coordinator.subscription()).toEqual(SUBSCRIPTION);
    const [, registration] = await frontEnd.clients[1].registration();
    expect(decodeRegistration(registration).dpStatsAddress).toBe(coordinator.addresses.frontendStatsPublishAddress);
    let heard = false;
    const ready = frontEnd.hear().then((message) => {
      heard = true;
      return message;
    });
    for (let turns = 0; turns < 20; turns++) await nextTurn();
    expect(heard).toBe(false);
    await coordinator.openGate();
    expect(await ready).toMatchObject({ status: 'READY', identity: '0100' });
    server = await joining;
  });

  it('can be cancelled while it waits for the others', async () => {
    const cancel = new AbortController();
    const joining = join({ signal: cancel.signal });
    await frontEnd.hear();
    await frontEnd.answer(1, frontEnd.init(coordinator.addresses));
    await coordinator.subscription();
    cancel.abort();
    await expect(joining).rejects.toEqual(new UnavailableError('the start of the engine was cancelled'));
  });

  it('can be cancelled while it waits for INIT, and before', async () => {
    const cancel = new AbortController();
    const joining = join({ signal: cancel.signal });
    await frontEnd.hear();
    cancel.abort();
    await expect(joining).rejects.toThrow('the start of the engine was cancelled');
    await expect(join({ signal: cancel.signal })).rejects.toThrow('the start of the engine was cancelled');
  });

  it('refuses half a coordinator', async () => {
    const joining = join();
    await frontEnd.hear();
    const { coordinatorOutput } = coordinator.addresses;
    await frontEnd.answer(1, frontEnd.init({ coordinatorOutput }));
    await expect(joining).rejects.toThrow("the front end's INIT names half a coordinator");
  });

  it('hands one digest of its parallel settings on when it steps together with others', async () => {
    const digests: (string | undefined)[] = [];
    for (const [rank, port] of [1, 2, 1].entries()) {
      const lockStep = Object.assign(new FakeEngineCore(), { info: { ...core.info, dataParallelSize: 2 } });
      const { handshakeAddress } = frontEnd;
      const joining = serveEngineCore(lockStep, { handshakeAddress, rank, local: false, headless: true });
      await frontEnd.hear();
      await frontEnd.answer(rank, frontEnd.init({ parallelConfig: { data_parallel_master_port: port } }));
      digests.push((await frontEnd.hear()).parallelConfigHash);
      await (await joining).close();
    }
    expect(digests).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.any(String), digests[0]]);
    expect(digests[1]).not.toBe(digests[0]);
  });
});

describe('the load of a dense engine', { timeout: 20_000 }, () => {
  it('is told when its counts have changed', async () => {
    await joined();
    await frontEnd.clients[0].send(addFrames(engineRequest('a')), 1);
    expect(await coordinator.report()).toEqual(reportOf({ schedulerStats: stats(0, 1) }));
    core.emit({
      outputs: [{ requestId: 'a', clientIndex: 0, newTokenIds: [1] }],
      timestamp: 1,
      schedulerStats: stats(1, 0, 0.25),
    });
    expect(await coordinator.report()).toEqual(reportOf({ schedulerStats: stats(1, 0, 0.25) }));
    core.emit({ outputs: [], timestamp: 2, schedulerStats: stats(1, 0, 0.5) });
    core.emit({
      outputs: [{ requestId: 'a', clientIndex: 0, newTokenIds: [2], finishReason: 'stop' }],
      timestamp: 3,
      schedulerStats: stats(0, 0),
    });
    expect(await coordinator.report()).toEqual(reportOf({ schedulerStats: stats(0, 0) }));
  });

  it('is not told before 0.27', async () => {
    await joined({ release: '0.26.0' });
    await frontEnd.clients[0].send(addFrames(engineRequest('a')), 1);
    await vi.waitFor(() => expect(core.added).toHaveLength(1));
    await server?.close();
    server = undefined;
    // Reports leave before their socket closes: a second engine's is the first one then.
    await joined({ rank: 2 });
    await frontEnd.clients[0].send(addFrames(engineRequest('b')), 2);
    expect(await coordinator.report()).toMatchObject({ engineIndex: 2 });
  });
});

it('tells front ends of every request that has ended, aborted ones too', async () => {
  await joined();
  const [client, other] = frontEnd.clients;
  for (const id of ['a', 'b']) await client.send(addFrames(engineRequest(id)), 1);
  await other.send(addFrames(engineRequest('c', { clientIndex: 1 })), 1);
  await vi.waitFor(() => expect(core.added).toHaveLength(3));
  await other.send([ABORT, encodeAbort(['c', 'nobody'])], 1);
  await vi.waitFor(() => expect(core.aborted).toHaveLength(1));
  core.emit({ outputs: [{ requestId: 'a', clientIndex: 0, newTokenIds: [1], finishReason: 'stop' }], timestamp: 1 });
  expect((await client.receive())?.finishedRequests).toEqual(['a']);
  expect(await other.receive()).toEqual({ ...reportOf({ finishedRequests: ['c'] }), timestamp: 1 });
  core.emit({ outputs: [{ requestId: 'b', clientIndex: 0, newTokenIds: [1] }], timestamp: 2 });
  expect((await client.receive())?.finishedRequests).toBeUndefined();
});

describe('waves', () => {
  /** Records what it is told. */
  class RecordingMember implements WaveMember {
    readonly wave = 7;
    readonly stepCounter = 3;
    readonly heard: unknown[] = [];
    say!: (report: WaveReport) => void;

    onReport(listener: (report: WaveReport) => void): void {
      this.say = listener;
    }

    requestArrived(wave: number): void {
      this.heard.push(wave);
    }

    startWave(start: WaveStart): void {
      this.heard.push(start);
    }
  }

  it('pass between the coordinator and a core that steps together with its peers', async () => {
    const waves = new RecordingMember();
    await joined({ waves, release: '0.26.0' });
    const nonsense = [
      [Buffer.from('HELLO')],
      [Buffer.from([2]), Buffer.from([0xc1])],
      [Buffer.from([9]), Buffer.from([0])],
    ];
    for (const frames of nonsense) await coordinator.send(frames);
    await coordinator.startWave({ wave: 4, exclude: 0 });
    await vi.waitFor(() => expect(waves.heard).toEqual([{ wave: 4, exclude: 0 }]));
    await frontEnd.clients[0].send(addFrames(engineRequest('a', { currentWave: 0 })), 1);
    // A lock-step engine tells its load in every release.
    expect(await coordinator.report()).toEqual(
      reportOf({ schedulerStats: { ...stats(0, 1), stepCounter: 3, currentWave: 7, kvFetchReqsByStage: undefined } }),
    );
    expect(waves.heard[1]).toBe(0);
    waves.say({ startWave: 5 });
    waves.say({ waveComplete: 5 });
    expect([await coordinator.report(), await coordinator.report()]).toEqual([
      reportOf({ startWave: 5 }),
      reportOf({ waveComplete: 5 }),
    ]);
  });

  it('need a coordinator', async () => {
    const joining = join({ waves: new RecordingMember() });
    await frontEnd.hear();
    await frontEnd.answer(1);
    await expect(joining).rejects.toThrow('engines that step together need a coordinator');
  });
});
