import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineInit } from '@app/engine-protocol';
import { serveEngineCore } from '@app/engine-server';
import { CountingCore, engineRequest, RawEngine, RecordingSink } from '@testing/engine-client';
import { EngineClient } from '../engine-client.js';
import type { HandshakeAttachment } from '../start-up/engine-client-options.js';

const cleanUps: (() => unknown)[] = [];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-'));
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  await rm(directory, { recursive: true });
});

/** A front end with the engine of this rank, of two in all; `inits` hears what the engine is told. */
async function startNode(rank: number, attachment: Partial<HandshakeAttachment>, inits: EngineInit[]) {
  const client = await EngineClient.connect({
    engineCount: 1,
    startRank: rank,
    readyTimeoutMs: 4_000,
    attachment: {
      type: 'handshake',
      handshakeAddress: `ipc://${directory}/node${rank}`,
      dataDirectory: directory,
      localEngineCount: 1,
      mixtureOfExperts: true,
      ...attachment,
      launch: (handshakeAddress) => {
        const onInit = (init: EngineInit): void => void (inits[rank] = init);
        const ending = new AbortController();
        const identity = { handshakeAddress, rank, local: true, headless: false };
        const serving = serveEngineCore(new CountingCore(), { ...identity, onInit, signal: ending.signal });
        cleanUps.push(() => {
          ending.abort();
          return serving.then(
            (server) => server.close(),
            () => undefined,
          );
        });
        return [];
      },
    },
  });
  cleanUps.push(() => client.close());
  return client;
}

describe('a deployment with a front end on every node', () => {
  it('is coordinated by that of rank 0, each serves its own engines', async () => {
    const inits: EngineInit[] = [];
    const head = startNode(0, { relayedEngineCount: 1 }, inits);
    const node = startNode(1, { head: `ipc://${directory}/node0` }, inits);
    for (const [rank, connecting] of [head, node].entries()) {
      const client = await connecting;
      const sink = new RecordingSink();
      client.add(engineRequest(`at-${rank}`), sink);
      await sink.ended;
      expect([client.engineCount, sink.heard.at(-1)]).toEqual([1, expect.stringContaining(' length')]);
    }
    const { inputs, outputs, ...shared } = inits[0];
    expect(inits[1]).toMatchObject(shared);
    expect(shared.coordinatorOutput).toContain(directory);
    expect(shared.parallelConfig).toMatchObject({ data_parallel_size: 2, data_parallel_master_ip: '127.0.0.1' });
    expect([...inputs, ...outputs]).not.toContain(inits[1].inputs[0]);
  });

  it('says so when an engine of another node comes to rank 0 by itself', async () => {
    const failing = startNode(0, { relayedEngineCount: 1 }, []);
    const stranger = RawEngine.join(`ipc://${directory}/node0`, { rank: 1, local: false, headless: true });
    stranger.then((engine) => cleanUps.push(() => engine.close())).catch(() => undefined);
    await expect(failing).rejects.toThrow(
      'engine core 1 is headless and came here, but it belongs to the front end of its own node',
    );
  });

  it('names the engines of other nodes that do not come', async () => {
    const failing = EngineClient.connect({
      engineCount: 1,
      readyTimeoutMs: 30,
      attachment: { type: 'handshake', handshakeAddress: 'tcp://127.0.0.1:*', relayedEngineCount: 1 },
    });
    await expect(failing).rejects.toThrow('HELLO of engine core 0, HELLO of engine core 1 did not arrive');
  });
});
