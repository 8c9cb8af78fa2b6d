import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompiledScripts, engineRequest, RecordingSink } from '@testing/engine-client';
import { EngineClient } from './engine-client.js';
import { ManagedEngineProcess } from './managed-process/managed-engine-process.js';

let scripts: CompiledScripts;
let directory: string;

beforeAll(async () => {
  scripts = await CompiledScripts.compile();
}, 30_000);

afterAll(() => scripts.remove());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-'));
});

afterEach(() => rm(directory, { recursive: true }));

/** A client with one engine core in a child process. */
async function startProcess(): Promise<{ client: EngineClient; child: ManagedEngineProcess }> {
  let child!: ManagedEngineProcess;
  const client = await EngineClient.connect({
    engineCount: 1,
    readyTimeoutMs: 20_000,
    attachment: {
      type: 'handshake',
      handshakeAddress: `ipc://${directory}/handshake`,
      dataDirectory: directory,
      localEngineCount: 1,
      launch: (address) => {
        const args = [scripts.path('engine'), address];
        child = ManagedEngineProcess.start({ name: 'engine core 0', command: process.execPath, args });
        return [child];
      },
    },
  });
  return { client, child };
}

describe('an engine core in a process of its own', { timeout: 40_000 }, () => {
  it('is dead at once when it was killed, and its end is the reason', async () => {
    const { client, child } = await startProcess();
    const sink = new RecordingSink();
    client.add(engineRequest('a'), sink);
    await sink.next();
    const killedAt = performance.now();
    process.kill(child.pid!, 'SIGKILL');
    expect(await sink.ended).toBe('UnavailableError: The engine died.');
    expect(performance.now() - killedAt).toBeLessThan(1_000);
    expect(client.health).toEqual({ state: 'dead', reason: 'engine core 0 was ended by SIGKILL' });
    await client.close();
  });

  it('leaves its last lines to the operator, not to the caller', async () => {
    const { client } = await startProcess();
    const sink = new RecordingSink();
    const death = new Promise<string>((resolve) => client.onDeath(resolve));
    client.add(engineRequest('a', { promptTokenIds: [13] }), sink);
    expect(await death).toBe('engine core 0 exited with code 5; its last lines:\ntoken 13 is too much');
    expect(sink.heard).toEqual(['UnavailableError: The engine died.']);
    await client.close();
  });

  it('is stopped by close', async () => {
    const { client, child } = await startProcess();
    await client.close();
    expect(child.exit).toEqual({ type: 'signal', signal: 'SIGTERM' });
    expect(client.health).toEqual({ state: 'running' });
    expect((await readdir(directory)).filter((name) => name !== 'handshake')).toEqual([]);
  });
});

describe('a process that used an engine', { timeout: 40_000 }, () => {
  it('ends by itself after close', async () => {
    const args = [scripts.path('front-end'), directory, process.execPath, scripts.path('engine')];
    const frontEnd = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: string[] = [];
    frontEnd.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
    expect(await once(frontEnd, 'close')).toEqual([0, null]);
    expect(said.join('')).toBe('closed\n');
  });
});
