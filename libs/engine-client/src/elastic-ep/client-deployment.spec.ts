import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { InvalidRequestError, UnavailableError } from '@app/errors';
import { DrainTimeoutError, ENGINE_CORE_DEAD } from '@app/engine-protocol';
import { ElasticEngine, engineOutput, engineRequest, RecordingSink } from '@testing/engine-client';
import type { ElasticEngineOptions } from '@testing/engine-client';
import { CoordinatorClient } from '../coordinator/coordinator-client.js';
import { EngineClient } from '../engine-client.js';
import type { EngineClientOptions, JoiningEngines } from '../start-up/engine-client-options.js';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Setting {
  readonly engineCount: number;
  /** Of every engine of the start. */
  readonly engine?: Partial<ElasticEngineOptions>;
  /** Of those that join; `absent`: they never come. */
  readonly newcomer?: Partial<ElasticEngineOptions> | 'absent';
  readonly client?: Partial<EngineClientOptions>;
  readonly mixtureOfExperts?: boolean;
}

/** A client of elastic engines; `engines` by rank, those that joined too. */
async function start({ engineCount, engine, newcomer, client: options, mixtureOfExperts = true }: Setting) {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'aerie-'));
  cleanUps.push(() => rm(dataDirectory, { recursive: true }));
  const engines: ElasticEngine[] = [];
  const joinings: JoiningEngines[] = [];
  let joining: Promise<unknown> = Promise.resolve();
  const launch = (
    address: string,
    [from, to]: readonly [number, number],
    extra: Partial<ElasticEngineOptions> = {},
  ) => {
    const ranks = Array.from({ length: to - from }, (_, index) => from + index);
    joining = Promise.all(
      ranks.map(async (rank) => (engines[rank] = await ElasticEngine.join(address, { ...extra, rank }))),
    );
    return [];
  };
  const client = await EngineClient.connect({
    engineCount,
    readyTimeoutMs: 4_000,
    ...options,
    attachment: {
      type: 'handshake',
      handshakeAddress: 'tcp://127.0.0.1:*',
      dataDirectory,
      mixtureOfExperts,
      launch: (address) => launch(address, [0, engineCount], engine),
      elastic: {
        launch: (wanted) => {
          joinings.push(wanted);
          if (newcomer === 'absent') return [];
          return launch(wanted.handshakeAddress, [wanted.startRank, wanted.engineCount], newcomer);
        },
      },
    },
  });
  await joining;
  cleanUps.push(() => engines.forEach(({ raw }) => raw.close()));
  cleanUps.push(() => client.close());
  return { client, engines, joinings };
}

/** A question to every engine and its answer cross all queues. */
async function settle(client: EngineClient): Promise<void> {
  await client.utility('is_sleeping', []);
}

/** Resolves when the coordinator of this engine reports the load of `count` engines. */
function coordinatedEngines({ raw }: ElasticEngine, count: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const listener = CoordinatorClient.connect(raw.init?.frontendStatsPublishAddress ?? '', {
      startRank: 0,
      engineCount: count + 1,
      release: '0.33.0',
      onCounts: ({ length }) => length === count && resolve(length),
      onBroken: (reason) => reject(new Error(reason)),
    });
    cleanUps.push(() => listener.close());
  });
}

function add(client: EngineClient, ...ids: readonly string[]): RecordingSink[] {
  return ids.map((id) => {
    const sink = new RecordingSink();
    client.add(engineRequest(id), sink);
    return sink;
  });
}

describe('an elastic deployment', { timeout: 15_000 }, () => {
  it('grows: the newcomer is told where the others meet it, and gets its share of the requests', async () => {
    const { client, engines, joinings } = await start({ engineCount: 1 });
    expect(engines[0].raw.init?.parallelConfig).toMatchObject({ data_parallel_size: 1 });
    await client.scaleTo(2);
    expect(joinings).toMatchObject([{ startRank: 1, engineCount: 2 }]);
    expect([client.engineCount, client.info.dataParallelSize, client.info.numGpuBlocks, client.scaling]).toEqual([
      2,
      2,
      200,
      { type: 'steady' },
    ]);
    expect(engines[1].raw.init?.parallelConfig).toEqual({
      data_parallel_master_ip: '127.0.0.1',
      data_parallel_master_port: expect.any(Number),
      _data_parallel_master_port_list: expect.any(Array),
      _coord_store_port: expect.any(Number),
      data_parallel_size: 2,
    });
    expect(await coordinatedEngines(engines[0], 2)).toBe(2);
    add(client, 'a', 'b', 'c', 'd');
    await settle(client);
    expect(engines.map(({ requests }) => requests.length)).toEqual([2, 2]);
    expect(engines[1].calls).toEqual(['resume_scheduler']);
    expect(client.registrations).toHaveLength(2);
  });

  it('shrinks under running requests: those of the engine that leaves fail, its end is no death', async () => {
    const { client, engines } = await start({ engineCount: 2, client: { liveness: { unreachableDeadlineMs: 50 } } });
    const [stays, goes] = add(client, 'stays', 'goes');
    await settle(client);
    const change = client.scaleTo(1);
    expect(client.scaling).toMatchObject({ type: 'scaling', engineCount: 1 });
    await change;
    await goes.ended;
    expect(goes.heard).toEqual(['UnavailableError: The engine that had the request was taken out of service.']);
    expect(engines.map(({ calls }) => calls)).toEqual([
      ['reinitialize_distributed', 'pause_scheduler wait false', 'commit_prepared_elastic_ep', 'resume_scheduler'],
      ['pause_scheduler abort false', 'reinitialize_distributed'],
    ]);
    await engines[0].raw.sendOutputs(engineOutput('stays', [7], 'stop'));
    await stays.ended;
    expect([stays.heard, client.health, client.engineCount]).toEqual([['7 stop @1'], { state: 'running' }, 1]);
    const [last] = add(client, 'last');
    await settle(client);
    await engines[0].raw.sendOutputs(engineOutput('last', [8], 'stop'));
    await last.ended;
    expect(client.health).toEqual({ state: 'running' });
  });

  it('does not take the sentinel of an engine that leaves for its own', async () => {
    const { client, engines } = await start({ engineCount: 2, engine: { silent: ['commit_prepared_elastic_ep'] } });
    const failing = expect(client.scaleTo(1)).rejects.toThrow(
      /telling the engines to change over: the client is closed$/,
    );
    while (!engines[0].calls.includes('commit_prepared_elastic_ep')) await settle(client);
    await engines[0].raw.sendFrames([ENGINE_CORE_DEAD]);
    await settle(client);
    expect(client.health).toEqual({ state: 'running' });
    await client.close();
    await failing;
  });

  it('changes its number again and again: a rank that left comes back', async () => {
    const { client, engines } = await start({ engineCount: 1 });
    for (const engineCount of [2, 1, 3, 2]) await client.scaleTo(engineCount);
    const sinks = add(client, 'a', 'b');
    await settle(client);
    expect(engines.map(({ requests }) => requests.length)).toEqual([1, 1, 0]);
    await Promise.all(
      engines.slice(0, 2).map(({ raw, requests }) => raw.sendOutputs(engineOutput(requests[0], [1], 'stop'))),
    );
    await Promise.all(sinks.map(({ ended }) => ended));
    expect(client.health).toEqual({ state: 'running' });
  });

  it('passes on what the engines of the start are sized for', async () => {
    const elasticLimits = { numRedundantExperts: 2, maxDataParallelSize: 8 };
    const { client, engines } = await start({ engineCount: 1, engine: { elasticLimits } });
    await client.scaleTo(2);
    expect(engines.map(({ raw }) => raw.init?.elasticLimits)).toEqual([undefined, elasticLimits]);
  });

  it.each<[string, Setting['newcomer'], RegExp]>([
    ['does not come', 'absent', /the new engines failed: .*HELLO of engine core 1/],
    [
      'has less context',
      { info: { maxModelLen: 128 } },
      /has a context of 128 tokens; the server was started with 256/,
    ],
    ['is not headless', { headless: false }, /was not started with --headless/],
  ])('stays as it is when a newcomer %s', async (_, newcomer, reason) => {
    const { client, engines } = await start({
      engineCount: 1,
      engine: { silent: ['reinitialize_distributed'] },
      newcomer,
      client: { readyTimeoutMs: 500 },
    });
    await expect(client.scaleTo(2)).rejects.toThrow(reason);
    const [sink] = add(client, 'a');
    await settle(client);
    await engines[0].raw.sendOutputs(engineOutput('a', [7], 'stop'));
    await sink.ended;
    expect([sink.heard, client.engineCount, client.scaling.type]).toEqual([['7 stop @1'], 1, 'failed']);
    await expect(client.scaleTo(2)).rejects.toThrow(UnavailableError);
  });

  it('fails the change when an engine dies in the middle, and is dead when it is not the newcomer', async () => {
    const { client, engines } = await start({
      engineCount: 2,
      engine: { silent: ['reinitialize_distributed'] },
      client: { liveness: { unreachableDeadlineMs: 50 } },
    });
    const [sink] = add(client, 'a');
    const failing = expect(client.scaleTo(3)).rejects.toThrow(
      /telling the engines: an engine core reported its death$/,
    );
    await settle(client);
    await engines[1].raw.sendFrames([ENGINE_CORE_DEAD]);
    engines[1].raw.close();
    await failing;
    await sink.ended;
    expect(client.health).toEqual({ state: 'dead', reason: 'engine core 1 is dead: its connection was lost' });
  });

  it('outlives a newcomer that dies before the others change over', async () => {
    const { client, engines } = await start({
      engineCount: 1,
      engine: { silent: ['reinitialize_distributed'] },
      client: { liveness: { unreachableDeadlineMs: 50 } },
    });
    const failing = expect(client.scaleTo(2)).rejects.toThrow(/an engine core reported its death$/);
    while (engines[1] === undefined) await settle(client);
    await engines[1].raw.sendFrames([ENGINE_CORE_DEAD]);
    engines[1].raw.close();
    await failing;
    const [sink] = add(client, 'a');
    await settle(client);
    await engines[0].raw.sendOutputs(engineOutput('a', [7], 'stop'));
    await sink.ended;
    expect([sink.heard, client.health, client.engineCount]).toEqual([['7 stop @1'], { state: 'running' }, 1]);
  });

  it('is dead when the change fails after the engines were paused: nobody could say what they do', async () => {
    const { client } = await start({
      engineCount: 1,
      engine: { silent: ['commit_prepared_elastic_ep'] },
      client: { readyTimeoutMs: 400 },
    });
    await expect(client.scaleTo(2)).rejects.toThrow(/telling the engines to change over: not done after 0.8 s$/);
    expect(client.health).toMatchObject({ state: 'dead' });
  });

  it('waits for what is in flight, and goes on as before when that takes too long', async () => {
    const { client, engines } = await start({ engineCount: 1 });
    const [sink] = add(client, 'a');
    await expect(client.scaleTo(2, { drainTimeoutMs: 20 })).rejects.toThrow(DrainTimeoutError);
    expect(client.scaling).toEqual({ type: 'steady' });
    const change = client.scaleTo(2, { drainTimeoutMs: 4_000 });
    await settle(client);
    expect(client.scaling).toEqual({ type: 'scaling', phase: 'draining', engineCount: 2 });
    await engines[0].raw.sendOutputs(engineOutput('a', [7], 'stop'));
    await change;
    expect([sink.heard, client.engineCount]).toEqual([['7 stop @1'], 2]);
  });

  it('is not for dense engines', async () => {
    const { client } = await start({ engineCount: 1, mixtureOfExperts: false });
    await expect(client.scaleTo(2)).rejects.toThrow(InvalidRequestError);
  });
});
