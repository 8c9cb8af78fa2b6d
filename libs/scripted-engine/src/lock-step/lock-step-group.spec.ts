import { addFrames, CORE_INFO, engineRequest, RawCoordinator, RawFrontEnd } from '@testing/engine-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repeatTokens } from '../answers/repeat-tokens.js';
import { toFault } from '../faults/fault.js';
import type { ScriptedEngine } from '../serve-scripted-engine.js';
import { serveScriptedEngine } from '../serve-scripted-engine.js';
import { LockStepGroup } from './lock-step-group.js';

let frontEnd: RawFrontEnd;
let coordinator: RawCoordinator;
let engines: readonly ScriptedEngine[] = [];

beforeEach(async () => {
  [frontEnd, coordinator] = await Promise.all([RawFrontEnd.listen(), RawCoordinator.listen()]);
});

afterEach(async () => {
  await Promise.all(engines.map(({ server }) => server.close()));
  frontEnd.close();
  coordinator.close();
});

/** Two engines that step together. */
async function start(release: string, ...faults: readonly string[]): Promise<void> {
  const lockStep = new LockStepGroup({ engineCount: 2, release, intervalMs: 0 });
  const starting = [0, 1].map((rank) =>
    serveScriptedEngine({
      info: { ...CORE_INFO, dataParallelSize: 2 },
      script: {
        mode: repeatTokens([5, 6], CORE_INFO),
        stepping: 'batch',
        expectedRequests: 0,
        intervalMs: 0,
        utilities: new Map(),
      },
      tell: () => undefined,
      faults: faults.map(toFault),
      lockStep,
      wire: { rank, release, handshakeAddress: frontEnd.handshakeAddress, local: false, headless: true },
    }),
  );
  for (let hellos = 0; hellos < 2; hellos++) {
    const { identity } = await frontEnd.hear();
    await frontEnd.answer(Number.parseInt(identity.slice(0, 2), 16), frontEnd.init(coordinator.addresses));
  }
  for (const _ of starting) await coordinator.subscription();
  for (const _ of starting) await frontEnd.clients[0].registration();
  await coordinator.openGate();
  engines = await Promise.all(starting);
  for (const _ of engines) await frontEnd.hear();
}

/** What the coordinator hears, up to the end of a wave; counts as waiting/running. */
async function reports(): Promise<string[]> {
  const heard: string[] = [];
  for (;;) {
    const { engineIndex, schedulerStats, startWave, waveComplete } = await coordinator.report();
    if (schedulerStats) heard.push(`${engineIndex}: ${schedulerStats.numWaitingReqs}/${schedulerStats.numRunningReqs}`);
    if (startWave !== undefined) {
      heard.push(`${engineIndex}: start ${startWave}`);
      await coordinator.startWave({ wave: startWave, exclude: engineIndex });
    }
    if (waveComplete !== undefined) return [...heard, `${engineIndex}: complete ${waveComplete}`];
  }
}

async function answer(): Promise<readonly number[]> {
  const tokens: number[] = [];
  for (;;) {
    const message = await frontEnd.clients[0].receive();
    for (const { newTokenIds, finishReason } of message?.outputs ?? []) {
      tokens.push(...newTokenIds);
      if (finishReason !== undefined) return tokens;
    }
  }
}

describe('engines that step together', { timeout: 10_000 }, () => {
  it('0.33: the one with a request starts the wave, all step until none has work, and the next wave begins', async () => {
    await start('0.33.0');
    const [client] = frontEnd.clients;
    await client.send(addFrames(engineRequest('a')), 1);
    const wave = reports();
    expect(await answer()).toEqual([5, 6, 5, 6]);
    // Rank 1 starts the wave, rank 0 says that it began to run.
    expect(await wave).toEqual(['1: start 0', '1: 1/0', '1: 0/1', '0: start 0', '1: 0/0', '0: complete 0']);
    await client.send(addFrames(engineRequest('b', { currentWave: 1 })), 0);
    const next = reports();
    expect(await answer()).toEqual([5, 6, 5, 6]);
    expect(await next).toContain('0: complete 1');
  });

  it('0.32: the front end starts the wave; nobody can step before everybody knows', async () => {
    await start('0.32.0');
    await frontEnd.clients[0].send(addFrames(engineRequest('a')), 1);
    expect(await coordinator.report()).toMatchObject({ schedulerStats: { numWaitingReqs: 1, numRunningReqs: 0 } });
    expect(engines[1].server.inFlight).toBe(1);
    await coordinator.startWave({ wave: 0, exclude: 1 });
    const wave = reports();
    expect(await answer()).toEqual([5, 6, 5, 6]);
    expect(await wave).toEqual(['1: 0/1', '0: start 0', '1: 0/0', '0: complete 0']);
  });

  it('stand still together when one of them hangs', async () => {
    await start('0.33.0', 'hang@step=2');
    const [client] = frontEnd.clients;
    await client.send(addFrames(engineRequest('a')), 0);
    const wave = reports();
    for (const token of [5, 6]) {
      expect((await client.receive())?.outputs).toMatchObject([{ newTokenIds: [token] }]);
    }
    expect(engines.map(({ core }) => [core.isStalled, core.hasWork])).toEqual([
      [true, true],
      [false, false],
    ]);
    for (const { faults } of engines) faults.heal();
    expect(await answer()).toEqual([5, 6]);
    expect(await wave).toContain('0: complete 0');
  });
});
