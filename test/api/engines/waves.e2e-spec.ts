import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineClient } from '@app/engine-client';
import type { EngineCoreInfo } from '@app/engine-protocol';
import { isReleaseFrom, KNOWN_RELEASES } from '@app/engine-protocol';
import { LockStepGroup, repeatTokens, serveScriptedEngine } from '@app/scripted-engine';
import type { ScriptedEngine } from '@app/scripted-engine';
import { engineRequest, RecordingSink } from '@testing/engine-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const RANKS = [0, 1, 2];
const info: EngineCoreInfo = {
  ...{ maxModelLen: 512, numGpuBlocks: 64, blockSize: 16, dtype: 'float32', worldSize: 1, maxNumSeqs: 8 },
  ...{ maxNumBatchedTokens: 2048, supportsLora: false, dataParallelSize: RANKS.length },
};

let directory: string;
let client: EngineClient | undefined;
let engines: readonly ScriptedEngine[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-'));
});

afterEach(async () => {
  await client?.close();
  await Promise.all(engines.map(({ server }) => server.close()));
  await rm(directory, { recursive: true, force: true });
});

/** Engines that step together, as those of a mixture-of-experts model, and a client with a coordinator of its own. */
async function connect(release: string): Promise<EngineClient> {
  const lockStep = new LockStepGroup({ engineCount: RANKS.length, release, intervalMs: 0 });
  let starting: readonly Promise<ScriptedEngine>[] = [];
  client = await EngineClient.connect({
    engineCount: RANKS.length,
    readyTimeoutMs: 10_000,
    ...(isReleaseFrom('0.23', release) ? {} : { release, maxModelLen: 512 }),
    attachment: {
      type: 'handshake',
      handshakeAddress: `ipc://${directory}/handshake`,
      dataDirectory: directory,
      mixtureOfExperts: true,
      launch: (handshakeAddress) => {
        starting = RANKS.map((rank) =>
          serveScriptedEngine({
            info,
            script: {
              mode: repeatTokens([5, 6], info),
              stepping: 'batch',
              expectedRequests: 0,
              intervalMs: 0,
              utilities: new Map(),
            },
            tell: () => undefined,
            lockStep,
            wire: { rank, release, handshakeAddress, local: false, headless: true },
          }),
        );
        return [];
      },
    },
  });
  engines = await Promise.all(starting);
  return client;
}

describe.each(KNOWN_RELEASES)('engines of vLLM %s that step together', (release) => {
  it('are woken for every request, wave after wave', async () => {
    const { add } = await connect(release).then((connected) => ({ add: connected.add.bind(connected) }));
    const plain = engineRequest('r');
    for (let round = 0; round < 3; round++) {
      // One of them at least has nothing to do.
      const sinks = [0, 1].map((index) => {
        const sink = new RecordingSink();
        const dataParallelRank = (round + index) % RANKS.length;
        const sampling = { ...plain.sampling, maxTokens: 1 + 20 * index };
        add({ ...plain, requestId: `${round}-${index}`, dataParallelRank, sampling }, sink);
        return sink;
      });
      for (const { ended } of sinks) expect(await ended).toMatch(/length @/);
    }
  });
});
