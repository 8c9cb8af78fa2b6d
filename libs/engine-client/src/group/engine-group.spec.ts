import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveEngineCore } from '@app/engine-server';
import { CountingCore, engineRequest, RawEngine, RecordingSink } from '@testing/engine-client';
import { EngineClient } from '../engine-client.js';
import type { AddressAttachment } from '../start-up/engine-client-options.js';
import { EngineLink } from '../transport/engine-link.js';
import { EngineGroup } from './engine-group.js';

const cleanUps: (() => unknown)[] = [];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-'));
});

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  await rm(directory, { recursive: true });
});

const pairs = [0, 1].map((index) => ({
  input: () => `ipc://${directory}/i${index}`,
  output: () => `ipc://${directory}/o${index}`,
}));

function front(clientIndex: number, attachment: Partial<AddressAttachment> = {}): Promise<EngineClient> {
  const { input, output } = pairs[clientIndex];
  const connecting = EngineClient.connect({
    engineCount: 1,
    readyTimeoutMs: 4_000,
    clientIndex,
    clientCount: pairs.length,
    attachment: { type: 'addresses', inputAddress: input(), outputAddress: output(), ...attachment },
  });
  cleanUps.push(async () => (await connecting).close());
  return connecting;
}

/** One counting core that joins a group with two front ends. */
async function startGroup(core = new CountingCore()): Promise<CountingCore> {
  const group = await EngineGroup.start({
    engineCount: 1,
    localEngineCount: 1,
    handshakeAddress: `ipc://${directory}/handshake`,
    readyTimeoutMs: 4_000,
    clients: pairs.map(({ input, output }) => ({ input: input(), output: output() })),
    launch: (handshakeAddress) => {
      const serving = serveEngineCore(core, { handshakeAddress, rank: 0, local: true, headless: false });
      cleanUps.push(async () => (await serving).close());
      return [];
    },
  });
  cleanUps.push(() => group.stop());
  return core;
}

function endless(id: string) {
  const request = engineRequest(id);
  return { ...request, sampling: { ...request.sampling, maxTokens: 1_000_000 } };
}

describe('EngineGroup', () => {
  it('joins engines and several front ends; each has a pair of sockets of its own', async () => {
    const clients = [front(0), front(1)];
    await startGroup();
    for (const [index, connecting] of clients.entries()) {
      const sink = new RecordingSink();
      (await connecting).add(engineRequest(`of-${index}`), sink);
      await sink.ended;
      expect(sink.heard.at(-1)).toContain(' length');
    }
  });

  it('needs no word to engines when a front end is replaced: the successor has the registrations and ends what was left', async () => {
    const connecting = front(1);
    const core = await startGroup();
    const predecessor = await EngineLink.bind(pairs[0].input(), pairs[0].output());
    const registration = new Promise<Buffer[]>((resolve) =>
      predecessor.listen({
        input: resolve,
        outputs: () => undefined,
        disconnected: () => undefined,
        broken: () => undefined,
      }),
    );
    const [identity, payload] = await registration;
    const { codec } = new RawEngine();
    await predecessor.send(identity, [Buffer.from([0]), ...codec.encodeRequest(endless('left behind'))]);
    const other = new RecordingSink();
    (await connecting).add(endless('of the other'), other);
    await other.next();
    predecessor.close();

    const successor = await front(0, { registrations: [payload] });
    expect(successor.registrations).toEqual([payload]);
    while (!core.aborted.includes('left behind')) await other.next();
    const sink = new RecordingSink();
    successor.add(engineRequest('new'), sink);
    await sink.ended;
    expect([...new Set(core.aborted)]).toEqual(['left behind']);
    expect((await connecting).requestsInFlight).toBe(1);
  });

  it('tells a front end of the end of a process that somebody else watches', async () => {
    let end!: (reason: string) => void;
    const groupEnded = new Promise<string>((resolve) => (end = resolve));
    const connecting = front(0, { groupEnded });
    const other = front(1);
    await startGroup();
    const client = await connecting;
    const died = new Promise((resolve) => client.onDeath(resolve));
    end('engine core 0 was ended by SIGKILL');
    expect(await died).toBe('engine core 0 was ended by SIGKILL');
    expect((await other).health).toEqual({ state: 'running' });
  });
});
