import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { FailedCallError } from '@app/engine-protocol';
import { serveEngineCore } from '@app/engine-server';
import type { EngineServer } from '@app/engine-server';
import { CountingCore, engineRequest, RecordingSink } from '@testing/engine-client';
import { EngineClient } from './engine-client.js';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) {
    await cleanUp();
  }
});

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'aerie-'));
  cleanUps.push(() => rm(directory, { recursive: true }));
  return directory;
}

/** A client and, behind it, our own serving side around counting cores. */
async function start(engineCount: number, transport: 'ipc' | 'tcp' = 'ipc') {
  const directory = await newDirectory();
  const cores = Array.from({ length: engineCount }, () => new CountingCore());
  let serving: Promise<EngineServer>[] = [];
  const client = await EngineClient.connect({
    engineCount,
    readyTimeoutMs: 4_000,
    attachment: {
      type: 'handshake',
      handshakeAddress: transport === 'ipc' ? `ipc://${directory}/handshake` : 'tcp://127.0.0.1:*',
      dataDirectory: transport === 'ipc' ? directory : undefined,
      localEngineCount: engineCount,
      launch: (handshakeAddress) => {
        serving = cores.map((core, rank) =>
          serveEngineCore(core, { handshakeAddress, rank, local: true, headless: false }),
        );
        return [];
      },
    },
  });
  const servers = await Promise.all(serving);
  cleanUps.push(() => Promise.all(servers.map((server) => server.close())));
  cleanUps.push(() => client.close());
  return { client, cores, servers };
}

function countingRequest(id: string, maxTokens: number) {
  const request = engineRequest(id);
  return { ...request, sampling: { ...request.sampling, maxTokens } };
}

const tokensOf = (sink: RecordingSink): string[] => sink.heard.map((line) => line.replace(/ @.*/, ''));
const counted = (tokens: number): string[] =>
  Array.from({ length: tokens }, (_, token) => (token === tokens - 1 ? `${token} length` : String(token)));

describe('EngineClient with our engine cores', () => {
  it.each(['ipc', 'tcp'] as const)('generates over %s', async (transport) => {
    const { client } = await start(1, transport);
    const sink = new RecordingSink();
    client.add(countingRequest('a', 5), sink);
    await sink.ended;
    expect(tokensOf(sink)).toEqual(counted(5));
    expect(await client.utility('echo', [1, 'two', [null, { three: 4.5 }]])).toEqual([
      1,
      'two',
      [null, { three: 4.5 }],
    ]);
    await expect(client.utility('missing', [])).rejects.toEqual(
      new FailedCallError('missing', 'no method missing in /usr/lib/engine'),
    );
  });

  it('gives each request its own tokens, in order and whole, whoever else starts and stops meanwhile', async () => {
    const { client, cores } = await start(2);
    let round = 0;
    const requests = fc.array(
      fc.record({ tokens: fc.integer({ min: 1, max: 30 }), abortAfter: fc.option(fc.integer({ min: 1, max: 40 })) }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(requests, async (plans) => {
        round++;
        const runs = plans.map(({ tokens, abortAfter }, index) => {
          const id = `${round}-${index}`;
          let aborted!: () => void;
          const abortion = new Promise<void>((resolve) => (aborted = resolve));
          const sink: RecordingSink = new RecordingSink(() => {
            if (sink.heard.length === abortAfter && abortAfter < tokens) {
              client.abort([id]);
              aborted();
            }
          });
          client.add(countingRequest(id, tokens), sink);
          return { sink, over: Promise.race([sink.ended, abortion]) };
        });
        await Promise.all(runs.map(({ over }) => over));
        await client.utility('is_sleeping', []);
        expect(runs.map(({ sink }) => tokensOf(sink))).toEqual(
          plans.map(({ tokens, abortAfter }) => counted(tokens).slice(0, abortAfter ?? tokens)),
        );
        expect(client.requestsInFlight).toBe(0);
      }),
      { numRuns: 40 },
    );
    const [one, other] = cores.map(({ added }) => added.length);
    expect(Math.min(one, other)).toBeGreaterThan(0);
  });

  it('shares engine cores between front ends; each hears its own', async () => {
    const directory = await newDirectory();
    const addresses = (kind: string): string[] => [0, 1].map((index) => `ipc://${directory}/${kind}${index}`);
    const [inputAddresses, outputAddresses] = [addresses('i'), addresses('o')];
    const connecting = [0, 1].map((clientIndex) =>
      EngineClient.connect({
        engineCount: 1,
        readyTimeoutMs: 4_000,
        clientIndex,
        clientCount: 2,
        attachment: {
          type: 'addresses',
          input: { address: inputAddresses[clientIndex] },
          output: { address: outputAddresses[clientIndex] },
        },
      }),
    );
    const server = await serveEngineCore(new CountingCore(), { rank: 0, inputAddresses, outputAddresses });
    const clients = await Promise.all(connecting);
    cleanUps.push(() => server.close());
    cleanUps.push(() => Promise.all(clients.map((client) => client.close())));
    const sinks = clients.map((client, index) => {
      const sink = new RecordingSink();
      client.add(countingRequest(`of-${index}`, 3 + index), sink);
      return sink;
    });
    await Promise.all(sinks.map(({ ended }) => ended));
    expect(sinks.map(tokensOf)).toEqual([counted(3), counted(4)]);
  });

  it('hears of the death of a core at once, through the sentinel', async () => {
    const { client, cores } = await start(2);
    const sink = new RecordingSink();
    client.add(countingRequest('a', 1_000_000), sink);
    await sink.next();
    cores[1].die('out of memory');
    expect(await sink.ended).toBe('UnavailableError: The engine died.');
    expect(client.health).toEqual({ state: 'dead', reason: 'an engine core reported its death' });
  });

  it('passes the aborts of a core that is shut down on to the sinks', async () => {
    const { client, servers } = await start(1);
    const sink = new RecordingSink();
    client.add(countingRequest('a', 1_000_000), sink);
    await sink.next();
    await servers[0].close();
    await sink.ended;
    expect(tokensOf(sink).at(-1)).toBe(' abort');
  });
});
