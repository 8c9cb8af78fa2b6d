import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError, UnavailableError } from '@app/errors';
import { encodeHandshake, ENGINE_CORE_DEAD } from '@app/engine-protocol';
import { RawEngine } from '@testing/engine-client';
import { EngineClient } from '../engine-client.js';
import { ManagedEngineProcess } from '../managed-process/managed-engine-process.js';
import type { EngineClientOptions, HandshakeAttachment } from './engine-client-options.js';

const FOREVER = 'setInterval(() => {}, 1000);';

let directory: string;
const engines: RawEngine[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-'));
});

afterEach(async () => {
  engines.splice(0).forEach((engine) => engine.close());
  await rm(directory, { recursive: true });
});

function connect(attachment: Partial<HandshakeAttachment>, options: Partial<EngineClientOptions> = {}) {
  return EngineClient.connect({
    engineCount: 1,
    readyTimeoutMs: 4_000,
    ...options,
    attachment: {
      type: 'handshake',
      handshakeAddress: `ipc://${directory}/handshake`,
      dataDirectory: directory,
      localEngineCount: 1,
      ...attachment,
    },
  });
}

/** An engine whose handshake socket the test drives itself. */
function engineAt(address: string, rank = 0) {
  const engine = new RawEngine({ rank });
  engines.push(engine);
  return { engine, handshake: engine.dealer(address) };
}

function child(program: string, onLine?: (line: string) => void): ManagedEngineProcess {
  return ManagedEngineProcess.start({
    name: 'engine core 0',
    command: process.execPath,
    args: ['-e', program],
    onLine,
  });
}

describe('EngineClient.connect', () => {
  it('serves engines of an older release by the layout they name', async () => {
    const client = await connect({
      launch: (address) => {
        void RawEngine.join(address, { release: '0.26.0' }).then((engine) => engines.push(engine));
        return [];
      },
    });
    expect(client.info).toMatchObject({ vllmVersion: '0.26.0', maxModelLen: 256 });
    await client.close();
  });

  it('takes registrations before, between and after the handshake messages', async () => {
    const client = await connect(
      {
        localEngineCount: 2,
        launch: (address) => {
          void registerAfterReady(address);
          void RawEngine.join(address, { rank: 1 }).then((engine) => engines.push(engine));
          return [];
        },
      },
      { engineCount: 2 },
    );
    expect(client.engineCount).toBe(2);
    await client.close();
  });

  async function registerAfterReady(address: string): Promise<void> {
    const { engine, handshake } = engineAt(address);
    await handshake.send(engine.handshakeMessage('HELLO'));
    const { inputs, outputs } = await engine.receiveInit(handshake);
    await handshake.send(engine.handshakeMessage('READY'));
    await engine.connect(inputs[0], outputs[0]);
  }

  it('names what did not arrive in time', async () => {
    const failed = connect({ localEngineCount: 0, dataDirectory: undefined }, { engineCount: 2, readyTimeoutMs: 30 });
    await expect(failed).rejects.toEqual(
      new UnavailableError(
        'no engine is ready: HELLO of engine core 0, HELLO of engine core 1 did not arrive within 0.03 s',
      ),
    );
  });

  it('ignores what is no handshake message', async () => {
    const client = await connect({
      launch: (address) => {
        const { handshake } = engineAt(address, 7);
        void handshake
          .send(Buffer.from('GET / HTTP/1.1'))
          .then(() => handshake.send([Buffer.from([0x80]), Buffer.from('two frames')]))
          .then(() => RawEngine.join(address))
          .then((engine) => engines.push(engine));
        return [];
      },
    });
    expect(client.health).toEqual({ state: 'running' });
    await client.close();
  });

  it('refuses an engine that was started otherwise', async () => {
    const failed = connect({
      launch: (address) => {
        const { handshake } = engineAt(address);
        void handshake.send(encodeHandshake({ status: 'HELLO', local: false, headless: true }));
        return [];
      },
    });
    await expect(failed).rejects.toThrow(ConfigurationError);
  });

  it('ends at once when the process it started exits, and says what that wrote last', async () => {
    const failed = connect({
      launch: () => [child('console.error("no such model"); process.exitCode = 2;')],
    });
    await expect(failed).rejects.toEqual(
      new UnavailableError('engine core 0 exited with code 2; its last lines:\nno such model'),
    );
  });

  it('ends when an engine reports its death before it was ready', async () => {
    const failed = connect({
      launch: (address) => {
        void dieEarly(address);
        return [];
      },
    });
    await expect(failed).rejects.toThrow('an engine core died while it started');
  });

  async function dieEarly(address: string): Promise<void> {
    const { engine, handshake } = engineAt(address);
    await handshake.send(engine.handshakeMessage('HELLO'));
    const { outputs } = await engine.receiveInit(handshake);
    engine.connectOutput(outputs[0]);
    await engine.sendFrames([ENGINE_CORE_DEAD]);
  }

  it('stops the processes it started when it is cancelled', async () => {
    const cancel = new AbortController();
    let started: ManagedEngineProcess | undefined;
    const launch = () => [(started = child(`console.log("up"); ${FOREVER}`, () => cancel.abort()))];
    const failed = connect({ launch }, { signal: cancel.signal });
    await expect(failed).rejects.toThrow('the start of the engine was cancelled');
    expect(started?.exit).toEqual({ type: 'signal', signal: 'SIGTERM' });
  });

  it('starts nothing when it is cancelled before', async () => {
    const launched: string[] = [];
    const launch = (address: string) => (launched.push(address), []);
    await expect(connect({ launch }, { signal: AbortSignal.abort() })).rejects.toThrow(UnavailableError);
    expect(launched).toEqual([]);
    expect(await readdir(directory)).toEqual([]);
  });

  it('says so when the address is taken, before anything is started', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const handshakeAddress = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const launch = (): never => expect.unreachable();
    await expect(connect({ handshakeAddress, launch })).rejects.toThrow(`${handshakeAddress} cannot be bound`);
    server.close();
  });

  it('needs to know the context length', async () => {
    const join = (address: string) => (
      void RawEngine.join(address, { release: '0.19.0' }).then((engine) => engines.push(engine)),
      []
    );
    await expect(connect({ launch: join })).rejects.toThrow('does not tell its context length');
    const client = await connect({ launch: join }, { maxModelLen: 99 });
    expect(client.info.maxModelLen).toBe(99);
    await client.close();
  });

  it.each([
    { engineCount: 0 },
    { engineCount: 1.5 },
    { startRank: 65_536 },
    { clientIndex: 1 },
    { readyTimeoutMs: Number.POSITIVE_INFINITY },
    { liveness: { pingIntervalMs: 0 } },
  ])('refuses the option %j', async (options) => {
    await expect(connect({}, options)).rejects.toThrow(ConfigurationError);
  });
});
