import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { InternalError, InvalidRequestError, UnavailableError } from '@app/errors';
import { ENGINE_CORE_DEAD, FailedCallError, layoutForRelease, WireCodec } from '@app/engine-protocol';
import type { SchedulerStats } from '@app/engine-protocol';
import { createLogger, silentLogger } from '@app/logging';
import { engineOutput, engineRequest, RawEngine, RecordingSink } from '@testing/engine-client';
import type { RawEngineOptions } from '@testing/engine-client';
import { anyMutatedFrames, capturedMessages } from '@testing/engine-protocol';
import { EngineClient } from './engine-client.js';
import type { EngineClientOptions } from './start-up/engine-client-options.js';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) {
    await cleanUp();
  }
});

interface Setting {
  readonly engineCount?: number;
  /** Of each engine; default: that of `engine`. */
  readonly releases?: readonly string[];
  readonly transport?: 'ipc' | 'tcp';
  readonly engine?: RawEngineOptions;
  readonly client?: Partial<EngineClientOptions>;
}

/** A client and the engines behind it; everything is closed after the test. */
async function start({ engineCount = 1, releases, transport = 'ipc', engine, client: options }: Setting = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'aerie-'));
  cleanUps.push(() => rm(directory, { recursive: true }));
  let joining: Promise<RawEngine[]> = Promise.resolve([]);
  const client = await EngineClient.connect({
    engineCount,
    readyTimeoutMs: 4_000,
    ...options,
    attachment: {
      type: 'handshake',
      handshakeAddress: transport === 'ipc' ? `ipc://${directory}/handshake` : 'tcp://127.0.0.1:*',
      localEngineCount: engineCount,
      dataDirectory: transport === 'ipc' ? directory : undefined,
      launch: (address) => {
        const ranks = Array.from({ length: engineCount }, (_, index) => (options?.startRank ?? 0) + index);
        joining = Promise.all(
          ranks.map((rank, index) => RawEngine.join(address, { release: releases?.[index], ...engine, rank })),
        );
        return [];
      },
    },
  });
  cleanUps.push(() => client.close());
  const engines = await joining;
  cleanUps.push(() => engines.forEach((raw) => raw.close()));
  return { client, engines, engine: engines[0] };
}

/** A client and an engine that were both told the same addresses, as by a supervisor. */
async function startAttached(client: Partial<EngineClientOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'aerie-'));
  cleanUps.push(() => rm(directory, { recursive: true }));
  const [inputAddress, outputAddress] = [`ipc://${directory}/input`, `ipc://${directory}/output`];
  const engine = new RawEngine();
  cleanUps.push(() => engine.close());
  const connecting = EngineClient.connect({
    engineCount: 1,
    readyTimeoutMs: 4_000,
    ...client,
    attachment: { type: 'addresses', input: { address: inputAddress }, output: { address: outputAddress } },
  });
  await engine.connect(inputAddress, outputAddress);
  const connected = await connecting;
  cleanUps.push(() => connected.close());
  return { client: connected, engine, inputAddress, outputAddress };
}

/** A logger that says when it has written a line with `text`. */
function loggerUntil(text: string) {
  let seen!: () => void;
  const written = new Promise<void>((resolve) => (seen = resolve));
  const logger = createLogger({ destination: { write: (line) => void (line.includes(text) && seen()) } });
  return { logger, written };
}

function deathOf(client: EngineClient): Promise<string> {
  return new Promise((resolve) => client.onDeath(resolve));
}

/** A question and its answer cross every queue of the engine's sockets: whatever was sent before has arrived then. */
async function settle(client: EngineClient): Promise<void> {
  await client.utility('is_sleeping', []);
}

describe('EngineClient', () => {
  it.each(['ipc', 'tcp'] as const)('carries a request and its outputs over %s', async (transport) => {
    const { client, engine } = await start({ transport });
    const sink = new RecordingSink();
    const request = engineRequest('a', { promptTokenIds: [5, 6], priority: 0 });
    client.add(request, sink);
    expect(await engine.nextRequest()).toMatchObject({ requestId: 'a', promptTokenIds: [5, 6], clientIndex: 0 });
    await engine.send({ outputs: [engineOutput('a', [7])], timestamp: 2.5 });
    await engine.send({ outputs: [engineOutput('a', [8, 9], 'stop')], timestamp: 3 });
    await sink.ended;
    expect(sink.heard).toEqual(['7 @2.5', '8 9 stop @3']);
    expect(client.requestsInFlight).toBe(0);
  });

  it('tells what all its engines offer together', async () => {
    const { client } = await start({ engineCount: 2, client: { maxModelLen: 128 } });
    expect(client.supportedTasks).toEqual(['generate']);
    expect(client.engineCount).toBe(2);
    expect(client.health).toEqual({ state: 'running' });
    expect(client.info).toEqual({
      maxModelLen: 128,
      numGpuBlocks: 200,
      blockSize: 16,
      dtype: 'float32',
      vllmVersion: '0.33.0',
      worldSize: 1,
      dataParallelSize: 2,
      kvCacheSizeTokens: 1_600,
      kvCacheMaxConcurrency: undefined,
      maxNumSeqs: 8,
      supportsLora: false,
    });
  });

  it('spreads requests over the engines and sends a pinned one to its rank', async () => {
    const { client, engines } = await start({ engineCount: 2, client: { startRank: 3 } });
    ['a', 'b', 'c'].forEach((id) => client.add(engineRequest(id), new RecordingSink()));
    client.add(engineRequest('d', { dataParallelRank: 0 }), new RecordingSink());
    await settle(client);
    const received = engines.map(({ inputs }) =>
      inputs.map((input) => input.type === 'add' && input.request.requestId),
    );
    expect(received).toEqual([['a', 'c', 'd'], ['b']]);
    expect(() => client.add(engineRequest('e', { dataParallelRank: 2 }), new RecordingSink())).toThrow(
      InvalidRequestError,
    );
  });

  it('speaks with each engine as its release does', async () => {
    const releases = ['0.20.0', '0.27.1', '0.33.0'];
    const { client, engines } = await start({ releases, engineCount: 3, client: { release: '0.20.0' } });
    const sinks = await Promise.all(
      engines.map(async (engine, dataParallelRank) => {
        const sink = new RecordingSink();
        const request = engineRequest(`at-${dataParallelRank}`, { dataParallelRank, priority: 3 });
        client.add(request, sink);
        expect(await engine.nextRequest()).toMatchObject({ requestId: request.requestId, priority: 3 });
        await engine.sendOutputs(engineOutput(request.requestId, [dataParallelRank], 'stop'));
        await sink.ended;
        return sink.heard;
      }),
    );
    expect(sinks).toEqual([['0 stop @1'], ['1 stop @1'], ['2 stop @1']]);
  });

  it('does not guess at what an engine says that speaks otherwise than it registered', async () => {
    const { client, engine } = await start({ client: { logger: silentLogger } });
    const died = deathOf(client);
    client.add(engineRequest('a'), new RecordingSink());
    const other = new WireCodec(layoutForRelease('0.26.0'));
    const outputs = [engineOutput('a', [1])];
    await engine.sendFrames(other.encodeOutputs({ engineIndex: 0, outputs, timestamp: 1 }));
    expect(await died).toContain('engine core 0 speaks another layout than it registered: ');
  });

  it.each([
    ['without prompt', { promptTokenIds: [] }, InvalidRequestError],
    ['that fills the context', { promptTokenIds: new Array<number>(256).fill(1) }, InvalidRequestError],
    ['with an id in use', { requestId: 'used' }, InternalError],
    ['with a priority that the wire has no form for', { priority: 0.5 }, InvalidRequestError],
    ['that this server filled in wrongly', { arrivalTime: Number.NaN }, InternalError],
  ])('never sends a request %s', async (_, overrides, error) => {
    const { client, engine } = await start();
    client.add(engineRequest('used'), new RecordingSink());
    expect(() => client.add(engineRequest('bad', overrides), new RecordingSink())).toThrow(error);
    await settle(client);
    expect(engine.inputs).toHaveLength(1);
    expect(client.requestsInFlight).toBe(1);
  });

  it('has the id of a finished request free again when the sink hears the end', async () => {
    const { client, engine } = await start();
    const second = new RecordingSink();
    const first = new RecordingSink(() => client.add(engineRequest('a'), second));
    client.add(engineRequest('a'), first);
    await engine.nextRequest();
    await engine.sendOutputs(engineOutput('a', [1], 'length'));
    await engine.nextRequest();
    await engine.sendOutputs(engineOutput('a', [2], 'stop'));
    expect(await second.ended).toBe('2 stop @1');
  });

  it('sends the aborts of one turn in one message and lets their sinks alone', async () => {
    const { client, engine } = await start();
    const sinks = ['a', 'b', 'c'].map((id) => {
      const sink = new RecordingSink();
      client.add(engineRequest(id), sink);
      return sink;
    });
    client.abort(['a', 'unknown']);
    client.abort(['b', 'a']);
    const inputs = [await engine.next(), await engine.next(), await engine.next(), await engine.next()];
    expect(inputs[3]).toEqual({ type: 'abort', ids: ['a', 'b'] });
    await engine.sendOutputs(engineOutput('a', [1]), engineOutput('b', [1], 'abort'), engineOutput('c', [1], 'stop'));
    await sinks[2].ended;
    expect(sinks.map(({ heard }) => heard)).toEqual([[], [], ['1 stop @1']]);
    expect(engine.inputs).toHaveLength(4);
  });

  it('sends a waiting abort before it uses the same id again', async () => {
    const { client, engine } = await start();
    client.add(engineRequest('a'), new RecordingSink());
    client.abort(['a']);
    client.add(engineRequest('a'), new RecordingSink());
    await settle(client);
    expect(engine.inputs.map(({ type }) => type)).toEqual(['add', 'abort', 'add']);
  });

  it('ends only the request whose sink throws', async () => {
    const { client, engine } = await start();
    const broken = new RecordingSink(() => {
      throw new Error('detokeniser');
    });
    const well = new RecordingSink();
    client.add(engineRequest('a'), broken);
    client.add(engineRequest('b'), well);
    await engine.nextRequest();
    await engine.nextRequest();
    await engine.sendOutputs(engineOutput('a', [1]), engineOutput('b', [2], 'stop'));
    expect(await well.ended).toBe('2 stop @1');
    expect(broken.heard).toEqual(['1 @1', 'InternalError: The answer could not be processed.']);
    expect(await engine.next()).toEqual({ type: 'abort', ids: ['a'] });
  });

  it('tells statistics by engine, counted from 0, the latest ones to a late listener', async () => {
    const { client, engines } = await start({ engineCount: 2, client: { startRank: 1 } });
    const heard: unknown[] = [];
    const listen = (name: string) =>
      client.onSchedulerStats((engine, { numRunningReqs }) => heard.push([name, engine, numRunningReqs]));
    client.onSchedulerStats(() => {
      throw new Error('metrics');
    });
    const stop = listen('first');
    await engines[1].send({ schedulerStats: stats(4) });
    await settle(client);
    listen('second');
    stop();
    await engines[1].send({ schedulerStats: stats(5) });
    await settle(client);
    expect(heard).toEqual([
      ['first', 1, 4],
      ['second', 1, 4],
      ['second', 1, 5],
    ]);
  });
});

function stats(numRunningReqs: number): SchedulerStats {
  return {
    numRunningReqs,
    numWaitingReqs: 0,
    numSkippedWaitingReqs: 0,
    stepCounter: 0,
    currentWave: 0,
    kvCacheUsage: 0,
    prefixCacheStats: { reset: false, requests: 0, queries: 0, hits: 0 },
  };
}

describe('utility calls of EngineClient', () => {
  it('go to every engine under ids of their own; the answer is the first one’s', async () => {
    const { client, engines } = await start({ engineCount: 2 });
    const answer = client.utility('list_loras', [1, 'x', null]);
    const inputs = await Promise.all(engines.map((engine) => engine.next()));
    const calls = inputs.map((input) => (input.type === 'utility' ? input.call : undefined));
    expect(calls).toEqual([
      { clientIndex: 0, callId: expect.any(Number), method: 'list_loras', args: [1, 'x', null] },
      { clientIndex: 0, callId: expect.any(Number), method: 'list_loras', args: [1, 'x', null] },
    ]);
    expect(calls[0]!.callId).not.toBe(calls[1]!.callId);
    await engines[0].send({ utilityOutput: { callId: -1, result: ['RECONFIGURE_FINISHED', 0] } });
    await engines[0].send({ utilityOutput: { callId: 2n ** 60n, result: 'somebody else’s' } });
    await engines[1].send({ utilityOutput: { callId: calls[1]!.callId, result: 'second' } });
    await engines[0].send({ utilityOutput: { callId: calls[0]!.callId, result: 'first' } });
    expect(await answer).toBe('first');
  });

  it('fail without the engine’s own words', async () => {
    const { client, engine } = await start();
    const answer = client.utility('load', []);
    const input = await engine.next();
    const callId = input.type === 'utility' ? input.call.callId : 0;
    await engine.send({ utilityOutput: { callId, failureMessage: 'Call to load method failed: /secret/path' } });
    await expect(answer).rejects.toEqual(new FailedCallError('load', '/secret/path'));
    await expect(answer).rejects.toMatchObject({ message: 'The engine could not run "load".' });
  });

  it('fail when no answer comes, or the arguments cannot be sent', async () => {
    const { client } = await start();
    await expect(client.utility('wake_up', [], { timeoutMs: 20 })).rejects.toThrow(UnavailableError);
    await expect(client.utility('wake_up', [() => 1])).rejects.toThrow(InternalError);
    await expect(client.utility('wake_up', [2n ** 64n])).rejects.toThrow(InvalidRequestError);
  });
});

describe('what arrives on the output socket of EngineClient', () => {
  it('is dropped and counted when it is no message of an engine', async () => {
    const { client, engine } = await start({ transport: 'tcp' });
    const sink = new RecordingSink();
    client.add(engineRequest('a'), sink);
    await engine.nextRequest();
    const hostile = [
      [Buffer.alloc(0)],
      [Buffer.from('ENGINE_CORE_DEAD'), Buffer.alloc(0)],
      [Buffer.from([0xc1])],
      [Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff])],
      [Buffer.from([0x93, 0, 0x91, 0x92, 0xa1, 0x61, 0x90])],
    ];
    for (const frames of hostile) {
      await engine.sendFrames(frames);
    }
    await engine.sendOutputs(engineOutput('nobody’s', [1]), engineOutput('a', [2], 'stop'));
    expect(await sink.ended).toBe('2 stop @1');
    expect(client.droppedMessages).toBe(hostile.length);
    expect(client.health).toEqual({ state: 'running' });
  });

  it('is survived when it is a real message with one thing wrong', async () => {
    const { client, engine } = await start();
    const sink = new RecordingSink();
    client.add(engineRequest('a'), sink);
    await engine.nextRequest();
    // After it the layout of the engine is beyond doubt.
    await engine.sendOutputs(engineOutput('nobody’s', [1]));
    const real = capturedMessages().filter(({ socket, name }) => socket === 'output' && name !== 'death sentinel');
    const mutated = fc.sample(anyMutatedFrames(real.map(({ frames }) => frames)), 300);
    for (const frames of mutated.filter(({ length }) => length > 0)) {
      await engine.sendFrames(frames);
    }
    await engine.sendOutputs(engineOutput('a', [2], 'stop'));
    expect(await sink.ended).toBe('2 stop @1');
    expect(client.droppedMessages).toBeGreaterThan(100);
    expect(client.health).toEqual({ state: 'running' });
  });
});

describe('what strangers send to the input socket of EngineClient', () => {
  it('is ignored, and a flood of it fills no log', async () => {
    let lines = 0;
    let lastSeen = (): void => undefined;
    const flooded = new Promise<void>((resolve) => {
      lastSeen = resolve;
    });
    const write = (line: string): void => {
      lines += line.includes('message of the input socket') ? 1 : 0;
      if (line.includes('dropped=256')) lastSeen();
    };
    const { client, inputAddress } = await startAttached({ logger: createLogger({ destination: { write } }) });
    const stranger = new RawEngine({ rank: 5 });
    cleanUps.push(() => stranger.close());
    const dealer = stranger.connectInput(inputAddress);
    for (let sent = 0; sent < 256; sent++) {
      await dealer.send([Buffer.from('evil'), Buffer.alloc(sent)]);
    }
    await flooded;
    expect(lines).toBe(9);
    expect(client.health).toEqual({ state: 'running' });
  });
});

describe('the death of an engine behind EngineClient', () => {
  it('is final: every sink and call fails at once, nothing new is taken', async () => {
    const { client, engines } = await start({ engineCount: 2 });
    const reasons: string[] = [];
    client.onDeath((reason) => reasons.push(reason));
    const sinks = ['a', 'b'].map((id) => {
      const sink = new RecordingSink();
      client.add(engineRequest(id), sink);
      return sink;
    });
    const call = client.utility('list_loras', []);
    await engines[0].next();
    await engines[0].sendOutputs(engineOutput('a', [1]));
    await engines[0].sendFrames([ENGINE_CORE_DEAD]);
    await engines[0].sendFrames([ENGINE_CORE_DEAD]);
    await expect(call).rejects.toThrow(UnavailableError);
    await Promise.all(sinks.map(({ ended }) => ended));
    expect(sinks.map(({ heard }) => heard)).toEqual([
      ['1 @1', 'UnavailableError: The engine died.'],
      ['UnavailableError: The engine died.'],
    ]);
    expect(reasons).toEqual(['an engine core reported its death']);
    expect(client.health).toEqual({ state: 'dead', reason: reasons[0] });
    expect(() => client.add(engineRequest('c'), new RecordingSink())).toThrow(UnavailableError);
    await expect(client.utility('is_sleeping', [])).rejects.toThrow(UnavailableError);
    client.abort(['a']);
    expect(await deathOf(client)).toBe(reasons[0]);
  });

  it('is noticed within 5 s when its connections end without a word', async () => {
    const { client, engine } = await start({ transport: 'tcp' });
    const sink = new RecordingSink();
    client.add(engineRequest('a'), sink);
    await engine.nextRequest();
    const death = deathOf(client);
    const closedAt = performance.now();
    engine.close();
    expect(await death).toBe('engine core 0 is dead: its connection was lost');
    expect(performance.now() - closedAt).toBeLessThan(5_000);
    expect(sink.heard).toEqual(['UnavailableError: The engine died.']);
  });

  it('is noticed when it takes no more requests although it lives', async () => {
    const { client, engines } = await start({ engineCount: 2, client: { liveness: { unreachableDeadlineMs: 100 } } });
    engines[1].closeInput();
    expect(await deathOf(client)).toBe('engine core 1 is dead: its connection was lost');
  });

  it('is noticed when it answers nothing any more', async () => {
    const { client, engine } = await start({
      engine: { utilities: { get_supported_tasks: ['generate'] } },
      client: { liveness: { pingIntervalMs: 40, pingDeadlineMs: 200 } },
    });
    const death = deathOf(client);
    client.add(engineRequest('a'), new RecordingSink());
    expect(await death).toMatch(/^engine core 0 is dead: it has not answered for \d s$/);
    expect(engine.inputs.at(-1)).toEqual({
      type: 'utility',
      call: { clientIndex: 0, callId: 0, method: 'is_sleeping', args: [] },
    });
  });

  it('is not taken from silence while the engine answers pings', async () => {
    const { client, engine } = await start({
      engine: { utilities: { get_supported_tasks: ['generate'] } },
      client: { liveness: { pingIntervalMs: 20, idlePingIntervalMs: 20, pingDeadlineMs: 5_000 } },
    });
    for (let ping = 0; ping < 4; ping++) {
      await engine.next();
      await engine.send({ utilityOutput: { callId: 0, failureMessage: 'unknown method' } });
    }
    expect(client.health).toEqual({ state: 'running' });
  });

  it('is what a second registration means', async () => {
    const { logger, written } = loggerUntil('engine cannot be reached');
    const liveness = { unreachableDeadlineMs: 60_000 };
    const { client, engine, inputAddress, outputAddress } = await startAttached({ liveness, logger });
    const death = deathOf(client);
    engine.close();
    await written;
    const successor = new RawEngine();
    cleanUps.push(() => successor.close());
    await successor.connect(inputAddress, outputAddress);
    expect(await death).toBe('engine core 0 was restarted');
  });
});

describe('a connection of EngineClient that breaks and comes back', () => {
  it('keeps what was not sent and gives up only what may be lost', async () => {
    const { logger, written } = loggerUntil('engine cannot be reached');
    const liveness = { unreachableDeadlineMs: 60_000 };
    const { client, engine, inputAddress } = await startAttached({ liveness, logger });
    const [answered, unanswered, later] = [new RecordingSink(), new RecordingSink(), new RecordingSink()];
    client.add(engineRequest('answered'), answered);
    client.add(engineRequest('unanswered'), unanswered);
    await engine.nextRequest();
    await engine.nextRequest();
    const heard = answered.next();
    await engine.sendOutputs(engineOutput('answered', [1]));
    await heard;
    engine.closeInput();
    await written;
    client.add(engineRequest('later'), later);
    engine.connectInput(inputAddress);
    expect(await unanswered.ended).toBe('UnavailableError: The connection to the engine was interrupted.');
    expect((await engine.nextRequest()).requestId).toBe('later');
    expect(await engine.next()).toEqual({ type: 'abort', ids: ['unanswered'] });
    await engine.sendOutputs(engineOutput('answered', [2], 'stop'), engineOutput('later', [3], 'stop'));
    await Promise.all([answered.ended, later.ended]);
    expect([answered.heard, later.heard]).toEqual([['1 @1', '2 stop @1'], ['3 stop @1']]);
  });
});

describe('EngineClient.close', () => {
  it('lets requests finish, then refuses everything', async () => {
    const { client, engine } = await start();
    const sink = new RecordingSink();
    client.add(engineRequest('a'), sink);
    await engine.nextRequest();
    const closed = client.close({ drainTimeoutMs: 4_000 });
    expect(() => client.add(engineRequest('b'), new RecordingSink())).toThrow(UnavailableError);
    await engine.sendOutputs(engineOutput('a', [1], 'stop'));
    await closed;
    expect(sink.heard).toEqual(['1 stop @1']);
    expect(engine.inputs).toHaveLength(1);
    await client.close();
  });

  it('aborts what is left after the time-out', async () => {
    const { client, engine } = await start();
    const sink = new RecordingSink();
    client.add(engineRequest('a'), sink);
    await engine.nextRequest();
    await client.close({ drainTimeoutMs: 20 });
    expect(sink.heard).toEqual(['UnavailableError: The server is shutting down.']);
    expect(await engine.next()).toEqual({ type: 'abort', ids: ['a'] });
  });

  it('does not wait for a dead engine', async () => {
    const { client, engine } = await start();
    const sink = new RecordingSink();
    client.add(engineRequest('a'), sink);
    await engine.nextRequest();
    const closed = client.close({ drainTimeoutMs: 60_000 });
    await engine.sendFrames([ENGINE_CORE_DEAD]);
    await closed;
    expect(sink.heard).toEqual(['UnavailableError: The engine died.']);
  });
});
