import { capturedMessage } from '@testing/engine-protocol';
import {
  addFrames,
  CORE_INFO,
  engineRequest,
  FakeEngineCore,
  RawFrontEnd,
  type RawClient,
} from '@testing/engine-server';
import {
  CURRENT_RELEASE,
  decodeRegistration,
  encodeAbort,
  encodeUtilityCall,
  type EngineCoreStep,
  type EngineOutputs,
} from '@app/engine-protocol';
import { ConfigurationError, UnavailableError } from '@app/errors';
import { afterEach, describe, expect, it } from 'vitest';
import type { EngineServer } from './engine-server.js';
import { serveEngineCore } from './serve-engine-core.js';

const ABORT = Buffer.from([1]);
const START_DP_WAVE = Buffer.from([2]);
const UTILITY = Buffer.from([3]);

const frontEnds: RawFrontEnd[] = [];
const servers: EngineServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  for (const frontEnd of frontEnds.splice(0)) frontEnd.close();
});

async function listen(clientCount?: number): Promise<RawFrontEnd> {
  const frontEnd = await RawFrontEnd.listen(clientCount);
  frontEnds.push(frontEnd);
  return frontEnd;
}

/** A core that serves, registered with every client of a front end, without a handshake. */
async function serving(clientCount = 1) {
  const frontEnd = await listen(clientCount);
  const core = new FakeEngineCore();
  const server = await serveEngineCore(core, { rank: 0, ...addressesOf(frontEnd) });
  servers.push(server);
  for (const client of frontEnd.clients) await client.registration();
  return { core, server, frontEnd, clients: frontEnd.clients, client: frontEnd.clients[0] };
}

function addressesOf({ inputAddresses, outputAddresses }: RawFrontEnd) {
  return { inputAddresses, outputAddresses };
}

/** Resolves when the core has taken so many requests. */
function requestsAdded(core: FakeEngineCore, count: number): Promise<void> {
  return new Promise((resolve) => {
    const check = () => core.added.length >= count && resolve();
    core.onAdd = check;
    check();
  });
}

/** A utility round trip: everything sent before it has been handled when it is answered. */
async function settle(core: FakeEngineCore, client: RawClient): Promise<void> {
  core.methods.set('ping', () => 'pong');
  await client.send([UTILITY, encodeUtilityCall({ clientIndex: 0, callId: 9, method: 'ping', args: [] })]);
  expect(await client.receive()).toMatchObject({ utilityOutput: { callId: 9, result: 'pong' } });
}

function step(outputs: EngineCoreStep['outputs'], rest: Partial<EngineCoreStep> = {}): EngineCoreStep {
  return { outputs, timestamp: 12.5, ...rest };
}

function message(rest: Partial<EngineOutputs>): EngineOutputs {
  return { engineIndex: 0, outputs: [], timestamp: 12.5, ...rest };
}

function refusal(requestId: string, text: string): EngineOutputs {
  const error = { code: 'validation_error', message: text, retryable: false };
  return {
    engineIndex: 0,
    outputs: [{ requestId, newTokenIds: [], finishReason: 'error', error }],
    timestamp: expect.any(Number) as number,
    finishedRequests: [requestId],
  };
}

describe('start-up', () => {
  it('says HELLO, connects where INIT says, registers with every client and says READY', async () => {
    const frontEnd = await listen(2);
    const { handshakeAddress } = frontEnd;
    const started = serveEngineCore(new FakeEngineCore(), {
      handshakeAddress,
      rank: 0x0180,
      local: true,
      headless: false,
    });
    const flags = { local: true, headless: false, identity: '8001' };
    expect(await frontEnd.hear()).toEqual({ status: 'HELLO', ...flags });
    await frontEnd.answer(0x0180);
    const registrations = await Promise.all(frontEnd.clients.map((client) => client.registration()));
    expect(await frontEnd.hear()).toEqual({ status: 'READY', ...flags });
    servers.push(await started);
    for (const [identity, payload] of registrations) {
      expect(identity.toString('hex')).toBe('8001');
      expect(decodeRegistration(payload)).toMatchObject({
        ...CORE_INFO,
        vllmVersion: CURRENT_RELEASE,
        dataParallelRank: 0x0180,
      });
    }
  });

  it('gives up when no front end answers', async () => {
    const { handshakeAddress } = await listen();
    const options = { handshakeAddress, rank: 0, local: true, headless: false, initTimeoutMs: 50 };
    await expect(serveEngineCore(new FakeEngineCore(), options)).rejects.toThrow(UnavailableError);
  });

  it('gives up on an INIT it cannot read', async () => {
    const frontEnd = await listen();
    const { handshakeAddress } = frontEnd;
    const started = serveEngineCore(new FakeEngineCore(), { handshakeAddress, rank: 0, local: true, headless: false });
    await frontEnd.hear();
    await frontEnd.answer(0, Buffer.from('c1', 'hex'));
    await expect(started).rejects.toThrow(UnavailableError);
  });

  it('refuses a core that is already dead', async () => {
    const core = new FakeEngineCore();
    core.onDeath = (listener) => listener('out of memory');
    await expect(serveEngineCore(core, { rank: 0, ...addressesOf(await listen()) })).rejects.toThrow(UnavailableError);
  });

  it.each([
    ['rank -1', { rank: -1, inputAddresses: ['ipc:///run/a'], outputAddresses: ['ipc:///run/b'] }],
    ['rank 65536', { rank: 65_536, inputAddresses: ['ipc:///run/a'], outputAddresses: ['ipc:///run/b'] }],
    ['no address', { rank: 0, inputAddresses: [], outputAddresses: [] }],
    ['an address that is none', { rank: 0, inputAddresses: ['nowhere'], outputAddresses: ['ipc:///run/b'] }],
    ['an output address that is none', { rank: 0, inputAddresses: ['ipc:///run/a'], outputAddresses: ['x://'] }],
    [
      'a release before 0.17',
      { rank: 0, release: '0.9.0', inputAddresses: ['ipc:///run/a'], outputAddresses: ['ipc:///run/b'] },
    ],
  ])('refuses %s', async (_, options) => {
    await expect(serveEngineCore(new FakeEngineCore(), options)).rejects.toThrow(ConfigurationError);
  });
});

describe('requests', () => {
  it('hands an ADD to the core and its steps back', async () => {
    const { core, client, server } = await serving();
    const request = engineRequest('r');
    await client.send(addFrames(request));
    await requestsAdded(core, 1);
    expect(core.added).toEqual([request]);
    core.emit(step([{ requestId: 'r', clientIndex: 0, newTokenIds: [7] }], { weightVersion: 'default' }));
    core.emit(
      step([{ requestId: 'r', clientIndex: 0, newTokenIds: [8], finishReason: 'length' }], { finishedRequests: ['r'] }),
    );
    expect([await client.receive(), await client.receive()]).toEqual([
      message({ outputs: [{ requestId: 'r', newTokenIds: [7] }], weightVersion: 'default' }),
      message({ outputs: [{ requestId: 'r', newTokenIds: [8], finishReason: 'length' }], finishedRequests: ['r'] }),
    ]);
    expect(server.inFlight).toBe(0);
  });

  it('reads the ADDs of a real front end', async () => {
    const { core, client } = await serving();
    await client.send(capturedMessage('ADD greedy').frames);
    await client.send(capturedMessage('ADD minimal').frames);
    await requestsAdded(core, 2);
    expect(core.added.map(({ requestId }) => requestId)).toEqual(['cmpl-greedy-0-a667b718', 'm9']);
  });

  it('sends each of two front ends its own part of a step, the statistics to the first one in it', async () => {
    const { core, clients } = await serving(2);
    await clients[0].send(addFrames(engineRequest('a', { clientIndex: 0 })));
    await clients[1].send(addFrames(engineRequest('b', { clientIndex: 1 })));
    await requestsAdded(core, 2);
    const schedulerStats = {
      ...{ numRunningReqs: 2, numWaitingReqs: 0, numSkippedWaitingReqs: 0, stepCounter: 0, currentWave: 0 },
      ...{ kvCacheUsage: 0.25, prefixCacheStats: { reset: false, requests: 1, queries: 3, hits: 0 } },
      kvFetchReqsByStage: { waiting_to_start: 0, in_progress: 0, completed_waiting: 0 },
    };
    const [a, b] = [
      { requestId: 'a', newTokenIds: [1] },
      { requestId: 'b', newTokenIds: [2] },
    ];
    core.emit(
      step(
        [
          { ...b, clientIndex: 1 },
          { ...a, clientIndex: 0 },
        ],
        { schedulerStats },
      ),
    );
    expect([await clients[0].receive(), await clients[1].receive()]).toEqual([
      message({ outputs: [a] }),
      message({ outputs: [b], schedulerStats }),
    ]);
    core.emit(step([], { schedulerStats }));
    expect(await clients[0].receive()).toEqual(message({ schedulerStats }));
  });

  it('refuses a second request with the id of a running one, which goes on', async () => {
    const { core, client } = await serving();
    await client.send(addFrames(engineRequest('d')));
    await client.send(capturedMessage('hostile ADD, id of a running request').frames);
    expect(await client.receive()).toEqual(refusal('d', 'a request with this id is running'));
    expect(core.added.map(({ requestId }) => requestId)).toEqual(['d']);
    core.emit(step([{ requestId: 'd', clientIndex: 0, newTokenIds: [1], finishReason: 'stop' }]));
    expect(await client.receive()).toMatchObject({ outputs: [{ requestId: 'd', finishReason: 'stop' }] });
    await client.send(addFrames(engineRequest('d')));
    await requestsAdded(core, 2);
  });

  it('refuses a client index that does not exist, on the socket the request came from', async () => {
    const { core, clients, server } = await serving(2);
    await clients[1].send(addFrames(engineRequest('r', { clientIndex: 2 })));
    expect(await clients[1].receive()).toEqual(refusal('r', 'client index 2 does not exist'));
    expect([core.added, server.inFlight]).toEqual([[], 0]);
  });

  it('answers a request the core throws at', async () => {
    const { core, client, server } = await serving();
    core.onAdd = () => {
      throw new Error('secret path');
    };
    await client.send(addFrames(engineRequest('r')));
    const error = { code: 'internal_error', message: 'the engine failed to take the request', retryable: false };
    expect(await client.receive()).toMatchObject({ outputs: [{ requestId: 'r', finishReason: 'error', error }] });
    expect(server.inFlight).toBe(0);
  });

  it('answers an output that has no form on the wire with an error, and the others of the step as they are', async () => {
    const { core, client } = await serving();
    const good = { requestId: 'good', newTokenIds: [1] };
    core.emit(
      step([
        { ...good, clientIndex: 0 },
        { requestId: 'bad', newTokenIds: [0.5], clientIndex: 0 },
      ]),
    );
    const error = { code: 'internal_error', message: 'the output cannot be sent', retryable: false };
    expect(await client.receive()).toEqual(
      message({ outputs: [good, { requestId: 'bad', newTokenIds: [], finishReason: 'error', error }] }),
    );
  });
});

describe('ABORT', () => {
  it('reaches the core, and frees the id', async () => {
    const { core, client, server } = await serving();
    await client.send(addFrames(engineRequest('a')));
    await client.send([ABORT, encodeAbort(['a', 'unknown'])]);
    await client.send(addFrames(engineRequest('a')));
    await requestsAdded(core, 2);
    expect([core.aborted, server.inFlight]).toEqual([[['a', 'unknown']], 1]);
  });

  it('of null ends everything', async () => {
    const { core, client, server } = await serving();
    await client.send(addFrames(engineRequest('a')));
    await client.send(addFrames(engineRequest('b')));
    await client.send([ABORT, Buffer.from('c0', 'hex')]);
    await settle(core, client);
    expect([core.aborted, server.inFlight]).toEqual([[['a', 'b']], 0]);
  });
});

describe('UTILITY', () => {
  async function call(client: RawClient, callId: number | bigint, method: string, args: readonly unknown[] = []) {
    await client.send([UTILITY, encodeUtilityCall({ clientIndex: 0, callId, method, args })]);
    return (await client.receive())?.utilityOutput;
  }

  it('echoes every digit of a call id and passes arguments and results through', async () => {
    const { core, client } = await serving();
    core.methods.set('sleep', (...args) => Promise.resolve({ slept: args }));
    expect(await call(client, 2n ** 64n - 1n, 'sleep', [1, 'abort', null])).toEqual({
      callId: 2n ** 64n - 1n,
      result: { slept: [1, 'abort', null] },
    });
  });

  it('answers void with null, and late answers by their id', async () => {
    const { core, client } = await serving();
    let resume!: () => void;
    core.methods.set('pause', () => new Promise<void>((resolve) => (resume = resolve)));
    core.methods.set('resume', () => resume());
    await client.send([UTILITY, encodeUtilityCall({ clientIndex: 0, callId: 1, method: 'pause', args: [] })]);
    await client.send([UTILITY, encodeUtilityCall({ clientIndex: 0, callId: 2, method: 'resume', args: [] })]);
    const replies = [await client.receive(), await client.receive()].map((reply) => reply?.utilityOutput);
    expect(new Set(replies)).toEqual(
      new Set([
        { callId: 1, result: null },
        { callId: 2, result: null },
      ]),
    );
  });

  it.each<[string, ((core: FakeEngineCore) => void) | undefined, string]>([
    ['an unknown method', undefined, 'Call to m method failed: no method m'],
    [
      'a method that rejects',
      (core) => core.methods.set('m', () => Promise.reject(new Error('no'))),
      'Call to m method failed: no',
    ],
    [
      'a result without a form on the wire',
      (core) => core.methods.set('m', () => Symbol('s')),
      'the result has no form on the wire',
    ],
  ])('answers %s with a failure', async (_, prepare, failureMessage) => {
    const { core, client } = await serving();
    prepare?.(core);
    expect(await call(client, 5, 'm')).toEqual({ callId: 5, failureMessage });
  });

  it('refuses a client index that does not exist, on the socket the call came from', async () => {
    const { clients } = await serving(2);
    await clients[1].send([UTILITY, encodeUtilityCall({ clientIndex: -1, callId: 5, method: 'm', args: [] })]);
    expect((await clients[1].receive())?.utilityOutput).toEqual({
      callId: 5,
      failureMessage: 'client index -1 does not exist',
    });
  });
});

it('shows a witness every message as it came, with the client it came from', async () => {
  const frontEnd = await listen(2);
  const core = new FakeEngineCore();
  const seen: (readonly [string, number])[] = [];
  const onMessage = (frames: readonly Buffer[], client: number) => {
    seen.push([frames.map((frame) => frame.toString('hex')).join(' '), client]);
  };
  servers.push(await serveEngineCore(core, { rank: 0, ...addressesOf(frontEnd), onMessage }));
  for (const client of frontEnd.clients) await client.registration();
  await frontEnd.clients[1].send([Buffer.from('07', 'hex'), Buffer.from('c1', 'hex'), Buffer.from('ff', 'hex')]);
  await frontEnd.clients[1].send(addFrames(engineRequest('r', { clientIndex: 1 })));
  await requestsAdded(core, 1);
  const [type, payload] = addFrames(engineRequest('r', { clientIndex: 1 })).map((frame) => frame.toString('hex'));
  expect(seen).toEqual([
    ['07 c1 ff', 1],
    [`${type} ${payload}`, 1],
  ]);
});

describe('hostile messages', () => {
  it('are answered when they have an id, and the loop goes on', async () => {
    const { core, client, server } = await serving();
    await client.send(capturedMessage('hostile ADD, float for max_tokens').frames);
    await client.send(capturedMessage('hostile ADD, LoRARequest in the layout of 0.31').frames);
    expect([await client.receive(), await client.receive()]).toEqual([
      refusal('x', 'sampling_params: max_tokens: expected an integer, found type byte 0xcb'),
      refusal('x', 'lora_request: load_inplace must be a boolean'),
    ]);
    await settle(core, client);
    expect([core.added, server.malformedMessages, server.inFlight]).toEqual([[], 2, 0]);
  });

  it.each<[string, readonly Buffer[]]>([
    ['an unknown type byte', capturedMessage('hostile, unknown type byte').frames],
    ['an empty message', [Buffer.alloc(0)]],
    ['a type of two bytes', [Buffer.from([0, 0]), Buffer.alloc(0)]],
    ['an ADD without a payload', [Buffer.from([0])]],
    ['an ADD of noise', [Buffer.from([0]), Buffer.from('c1c1c1', 'hex')]],
    ['an ADD that announces four billion elements', [Buffer.from([0]), Buffer.from('ddffffffff', 'hex')]],
    ['an ABORT of numbers', [ABORT, Buffer.from('9101', 'hex')]],
    ['a UTILITY with a float for its id', [UTILITY, Buffer.from('9400cb0000000000000000a16190', 'hex')]],
  ])('%s is counted and changes nothing', async (_, frames) => {
    const { core, client, server } = await serving();
    await client.send(frames);
    await settle(core, client);
    expect([server.malformedMessages, core.added, core.aborted]).toEqual([1, [], []]);
  });

  it.each([
    ['of three elements', '930005a161', 'a utility call has 4 elements, not 3'],
    ['with a name that is a number', '9400050190', 'expected a string, found type byte 0x01'],
    ['with a pickle among its arguments', '940005a16191d40100', 'extension 1 is not accepted'],
  ])('a UTILITY %s is answered with a failure', async (_, hex, failureMessage) => {
    const { core, client, server } = await serving();
    await client.send([UTILITY, Buffer.from(hex, 'hex')]);
    expect(await client.receive()).toMatchObject({ utilityOutput: { callId: 5, failureMessage } });
    expect([server.malformedMessages, core.calls]).toEqual([1, []]);
  });

  it('START_DP_WAVE is ignored', async () => {
    const { core, client, server } = await serving();
    await client.send([START_DP_WAVE, Buffer.from('9200c0', 'hex')]);
    await settle(core, client);
    expect(server.malformedMessages).toBe(0);
  });
});

describe('the end', () => {
  it('of the core is told to every client, after what it said before, and nothing after it', async () => {
    const { core, clients, server } = await serving(2);
    core.emit(step([{ requestId: 'r', clientIndex: 1, newTokenIds: [1] }]));
    core.die('out of memory');
    core.emit(step([{ requestId: 'r', clientIndex: 1, newTokenIds: [2] }]));
    expect(await server.ended).toBe('out of memory');
    expect(await clients[0].receive()).toBeUndefined();
    expect(await clients[1].receive()).toEqual(message({ outputs: [{ requestId: 'r', newTokenIds: [1] }] }));
    expect(await clients[1].receive()).toBeUndefined();
  });

  it('by close aborts what runs, refuses what comes and sends no sentinel', async () => {
    const { core, client, server } = await serving();
    await client.send(addFrames(engineRequest('running')));
    await requestsAdded(core, 1);
    const closing = server.close({ drainTimeoutMs: 60_000 });
    await client.send(addFrames(engineRequest('late')));
    expect(await client.receive()).toMatchObject({ outputs: [{ requestId: 'late', finishReason: 'abort' }] });
    await client.send([UTILITY, encodeUtilityCall({ clientIndex: 0, callId: 1, method: 'ping', args: [] })]);
    expect(await client.receive()).toMatchObject({
      utilityOutput: { callId: 1, failureMessage: 'Server shutting down' },
    });
    core.close = () => {
      core.emit(step([{ requestId: 'other', clientIndex: 0, newTokenIds: [], finishReason: 'abort' }]));
      return Promise.resolve();
    };
    core.emit(step([{ requestId: 'running', clientIndex: 0, newTokenIds: [1], finishReason: 'stop' }]));
    await closing;
    expect(await server.ended).toBeUndefined();
    expect(await client.receive()).toMatchObject({ outputs: [{ requestId: 'running', finishReason: 'stop' }] });
    expect(await client.receive()).toMatchObject({ outputs: [{ requestId: 'other', finishReason: 'abort' }] });
    client.pull.receiveTimeout = 100;
    await expect(client.receive()).rejects.toMatchObject({ code: 'EAGAIN' });
  });

  it('does not wait longer than the drain time, nor for requests that clients abort meanwhile', async () => {
    const { core, client, server } = await serving();
    await client.send(addFrames(engineRequest('a')));
    await requestsAdded(core, 1);
    const closing = server.close({ drainTimeoutMs: 60_000 });
    await client.send([ABORT, encodeAbort(['a'])]);
    await closing;
    expect(core.closed).toBe(true);

    const other = await serving();
    await other.client.send(addFrames(engineRequest('b')));
    await requestsAdded(other.core, 1);
    await other.server.close({ drainTimeoutMs: 20 });
    expect(other.core.closed).toBe(true);
  });

  it('comes although no front end is there to hear of it', async () => {
    const frontEnd = await listen();
    const core = new FakeEngineCore();
    const server = await serveEngineCore(core, { rank: 0, ...addressesOf(frontEnd) });
    frontEnd.close();
    core.die('gone');
    expect(await server.ended).toBe('gone');
  });

  it('is the same for every caller of close', async () => {
    const { core, server } = await serving();
    await Promise.all([server.close(), server.close(), server.close()]);
    expect(core.closed).toBe(true);
  });
});
