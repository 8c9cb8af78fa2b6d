import { setImmediate as nextTurn } from 'node:timers/promises';
import { UnavailableError } from '@app/errors';
import type { EngineOutputs } from '@app/engine-protocol';
import { encodeUtilityCall, MalformedMessageError, requestTypeFrame, RequestType } from '@app/engine-protocol';
import { addFrames, CORE_INFO, engineRequest, RawFrontEnd } from '@testing/engine-server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { repeatTokens } from './answers/repeat-tokens.js';
import { toFault } from './faults/fault.js';
import { serveScriptedEngine } from './serve-scripted-engine.js';
import type { ScriptedEngine, ScriptedEngineOptions } from './serve-scripted-engine.js';

let frontEnd: RawFrontEnd;
let engine: ScriptedEngine | undefined;
const exit = vi.fn();

beforeEach(async () => {
  exit.mockClear();
  frontEnd = await RawFrontEnd.listen();
});

afterEach(async () => {
  await engine?.server.close();
  engine = undefined;
  frontEnd.close();
});

function options(faults: readonly string[]): Omit<ScriptedEngineOptions, 'wire'> {
  return {
    info: CORE_INFO,
    script: {
      mode: repeatTokens([5, 6], CORE_INFO),
      stepping: 'batch',
      expectedRequests: 0,
      intervalMs: 0,
      utilities: new Map(),
    },
    faults: faults.map(toFault),
    exit,
    tell: () => undefined,
  };
}

/** An engine that answers every request with 5 6 5 6, at the front end's addresses. */
async function serve(...faults: readonly string[]): Promise<void> {
  const { inputAddresses, outputAddresses } = frontEnd;
  engine = await serveScriptedEngine({ ...options(faults), wire: { rank: 0, inputAddresses, outputAddresses } });
  await frontEnd.clients[0].registration();
}

async function add(requestId: string): Promise<void> {
  await frontEnd.clients[0].send(addFrames(engineRequest(requestId)));
}

async function call(callId: number): Promise<void> {
  const payload = encodeUtilityCall({ clientIndex: 0, callId, method: 'is_sleeping', args: [] });
  await frontEnd.clients[0].send([requestTypeFrame(RequestType.utility), payload]);
}

const receive = () => frontEnd.clients[0].receive();

/** Outputs as `id:tokens reason`, or what else it is. */
function summary(message: EngineOutputs | undefined): string {
  if (message === undefined) return 'dead';
  if (message.utilityOutput) return `reply ${message.utilityOutput.callId}`;
  const outputs = message.outputs.map(({ requestId, newTokenIds, finishReason }) =>
    `${requestId}:${newTokenIds.join(',')} ${finishReason ?? ''}`.trim(),
  );
  return outputs.join(' ') || 'idle';
}

async function receiveAll(count: number): Promise<string[]> {
  const received: string[] = [];
  while (received.length < count) received.push(summary(await receive()));
  return received;
}

describe('faults of the main loop', () => {
  it('hang: steps end and calls wait, until it is healed', async () => {
    await serve('hang@step=2');
    await add('a');
    expect(await receiveAll(2)).toEqual(['a:5', 'a:6']);
    await call(1);
    await call(2);
    // Whatever comes next comes after the healing.
    engine!.faults.heal();
    const rest = await receiveAll(5);
    expect(rest.sort()).toEqual(['a:5', 'a:6 length', 'idle', 'reply 1', 'reply 2']);
  });

  it('death: after the step, with the sentinel', async () => {
    await serve('death@step=1');
    await add('a');
    expect(await receiveAll(2)).toEqual(['a:5', 'dead']);
    expect(await engine!.server.ended).toBe('it was told to');
  });

  it('exit: at the request, without a word', async () => {
    await serve('exit@request=2');
    await add('a');
    await receiveAll(5);
    expect(exit).not.toHaveBeenCalled();
    await add('b');
    await receive();
    expect(exit).toHaveBeenCalledOnce();
  });

  it('slow: every step comes so much later', async () => {
    await serve('slow:60');
    await add('a');
    await receive();
    const before = performance.now();
    await receive();
    expect(performance.now() - before).toBeGreaterThan(40);
  });
});

describe('faults of the wire', () => {
  it('deaf: what runs goes on, and nothing new is heard', async () => {
    await serve('deaf@step=1');
    await add('a');
    expect(await receiveAll(5)).toEqual(['a:5', 'a:6', 'a:5', 'a:6 length', 'idle']);
    await expect(add('b')).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
  });

  it('mute: outputs and replies are lost, until it is healed', async () => {
    await serve('mute@step=1');
    await add('a');
    expect(await receiveAll(1)).toEqual(['a:5']);
    await call(1);
    await vi.waitFor(() => expect(engine!.server.inFlight).toBe(0));
    engine!.faults.heal();
    await call(2);
    expect(await receiveAll(1)).toEqual(['reply 2']);
  });

  it.each(['undecodable', 'wrong-types', 'huge'])('garbage:%s: one message that cannot be read', async (form) => {
    await serve(`garbage:${form}@step=1`);
    await add('a');
    expect(await receiveAll(1)).toEqual(['a:5']);
    await expect(receive()).rejects.toThrow(MalformedMessageError);
    expect(await receiveAll(4)).toEqual(['a:6', 'a:5', 'a:6 length', 'idle']);
  });

  it('wrong-ids: outputs for a request that nobody sent', async () => {
    await serve('wrong-ids@step=3');
    await add('a');
    expect((await receiveAll(4)).at(-1)).toBe('a-request-that-nobody-sent:1 a:6 length');
  });

  it('wrong-index: an engine that is not there', async () => {
    await serve('wrong-index');
    await call(1);
    expect((await receive())?.engineIndex).toBe(1000);
  });

  it('duplicate-finish: the end comes three times', async () => {
    await serve('duplicate-finish');
    await add('a');
    expect((await receiveAll(6)).slice(3)).toEqual(['a:6 length a:6 length', 'a:6 length', 'idle']);
  });

  it('begins when it is told to', async () => {
    await serve();
    engine!.faults.inject(toFault('garbage'));
    await expect(receive()).rejects.toThrow(MalformedMessageError);
    engine!.faults.inject(toFault('death@request=1'));
    await add('a');
    expect(await receiveAll(1)).toEqual(['dead']);
  });
});

describe('faults of the start', () => {
  /** Joins with the fault, and has its INIT. */
  async function join(fault: string): Promise<{ readonly starting: Promise<ScriptedEngine> }> {
    const { handshakeAddress } = frontEnd;
    let starting!: Promise<ScriptedEngine>;
    await new Promise<void>((resolve) => {
      starting = serveScriptedEngine({
        ...options([fault]),
        tell: ({ type }) => type === 'init' && resolve(),
        wire: { rank: 0, handshakeAddress, local: false, headless: true },
      });
      starting.catch(() => undefined);
      void frontEnd.hear().then(() => frontEnd.answer(0));
    });
    return { starting };
  }

  it('start-death: the end after INIT', async () => {
    const { starting } = await join('start-death');
    await expect(starting).rejects.toThrow(UnavailableError);
  });

  it('never-ready: neither registration nor READY after INIT', async () => {
    const { starting } = await join('never-ready');
    const heard = [starting, frontEnd.hear(), frontEnd.clients[0].registration()];
    const settled = vi.fn();
    for (const promise of heard) promise.then(settled, () => undefined);
    for (let turns = 0; turns < 20; turns++) await nextTurn();
    expect(settled).not.toHaveBeenCalled();
  });
});
