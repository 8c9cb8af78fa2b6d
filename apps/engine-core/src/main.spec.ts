import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeUtilityCall, RequestType } from '@app/engine-protocol';
import { addFrames, engineRequest, RawFrontEnd } from '@testing/engine-server';
import { buildGqaDecoder } from '@testing/onnx-runtime';
import { compileSources } from './testing/compile-sources.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

let directory: string;
let sources: string;
let frontEnd: RawFrontEnd;
const children: ChildProcessWithoutNullStreams[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-engine-core-'));
  sources = await compileSources('apps/engine-core/src/main.ts');
  await writeModel('good', 128);
  // Its config promises more positions than its tables hold: a run past them fails.
  await writeModel('fragile', 32);
}, 60_000);

afterAll(() => Promise.all([directory, sources].map((folder) => rm(folder, { recursive: true, force: true }))));

afterEach(() => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
  frontEnd.close();
});

async function writeModel(name: string, maxPositions: number): Promise<void> {
  const folder = join(directory, name);
  await mkdir(folder);
  const config = { max_position_embeddings: 128, vocab_size: 96, num_attention_heads: 4 };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'tokenizer.json'), '{}');
  await writeFile(join(folder, 'model.onnx'), buildGqaDecoder({ maxPositions }));
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly said: string[];
  /** Exit code and signal, once everything it said was read. */
  readonly closed: Promise<unknown>;
}

function spawnCore(args: readonly string[]): Running {
  const child = spawn(process.execPath, [join(sources, 'apps/engine-core/src/main.js'), ...args], {
    env: { ...process.env, AERIE_PARENT_PID: String(process.pid) },
  });
  children.push(child);
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  return { child, said, closed: once(child, 'close') };
}

/** An engine core that has joined the front end. */
async function startCore(model = 'good'): Promise<Running> {
  frontEnd = await RawFrontEnd.listen();
  const running = spawnCore([
    '--model',
    join(directory, model),
    '--handshake',
    frontEnd.handshakeAddress,
    '--threads',
    '1',
  ]);
  await Promise.race([heardOf(running, 'joining the front end'), running.closed]);
  expect(await frontEnd.hear()).toMatchObject({ status: 'HELLO', identity: '0000', local: true, headless: false });
  await frontEnd.answer(0);
  await frontEnd.clients[0].registration();
  await Promise.race([heardOf(running, 'joining the front end'), running.closed]);
  expect(await frontEnd.hear()).toMatchObject({ status: 'READY' });
  return running;
}

/** Resolves once the process has said this. */
async function heardOf({ child, said }: Running, text: string): Promise<void> {
  while (!said.join('').includes(text)) {
    await once(child.stderr, 'data');
  }
}

const [utilityType, addType] = [RequestType.utility, RequestType.add].map((type) => Buffer.from([type]));

describe('the process of the engine core', { timeout: 60_000 }, () => {
  it('tells its stages, generates, survives nonsense and ends on SIGTERM with an answer for those who wait', async () => {
    const { child, said, closed } = await startCore();
    const [client] = frontEnd.clients;
    await client.send([addType, Buffer.from('nonsense')]);
    await client.send([
      utilityType,
      encodeUtilityCall({ clientIndex: 0, callId: 7, method: 'get_supported_tasks', args: [] }),
    ]);
    expect((await client.receive())?.utilityOutput).toMatchObject({ callId: 7, result: ['generate'] });

    const long = { ...engineRequest('long').sampling, maxTokens: 120 };
    await client.send(addFrames(engineRequest('long', { sampling: long })));
    const first = await client.receive();
    expect(first?.outputs[0]).toMatchObject({ requestId: 'long', newTokenIds: [expect.any(Number)] });
    child.kill('SIGTERM');
    let last = first;
    while (last?.outputs[0]?.finishReason === undefined) {
      last = await client.receive();
    }
    expect(['abort', 'length']).toContain(last.outputs[0].finishReason);
    expect(await closed).toEqual([0, null]);
    expect(said.join('').split('\n').slice(0, 4)).toEqual([
      `reading the model ${join(directory, 'good')}`,
      expect.stringMatching(/^loading model\.onnx \(ONNX Runtime, .*\)$/),
      'KV cache: in-place, 16 sequences of up to 128 tokens',
      'joining the front end',
    ]);
    expect(said.join('')).toMatch(/ready after [\d.]+ s/);
  });

  it('ends when its parent is gone', async () => {
    const { child, closed } = await startCore();
    child.stdin.end();
    expect(await closed).toEqual([0, null]);
  });

  it('tells every front end of its death, and why on standard error', async () => {
    const { said, closed } = await startCore('fragile');
    const [client] = frontEnd.clients;
    await client.send(addFrames(engineRequest('a', { promptTokenIds: Array<number>(60).fill(1) })));
    expect(await client.receive()).toBeUndefined();
    expect(await closed).toEqual([1, null]);
    expect(said.join('')).toContain('the engine died: ');
  });

  it.each([
    [
      'a model that does not exist',
      ['--model', 'no-such-model', '--handshake', 'ipc:///nowhere/h'],
      /^error: model "no-such-model" is neither/m,
    ],
    ['a bad flag', ['--model', 'x'], /^error: --model and --handshake are required$/m],
  ])('says in one line that it was given %s', async (_, args, line) => {
    frontEnd = await RawFrontEnd.listen();
    const { said, closed } = spawnCore(args);
    expect(await closed).toEqual([1, null]);
    expect(said.join('')).toMatch(line);
    expect(said.join('')).not.toContain('    at ');
  });
});
