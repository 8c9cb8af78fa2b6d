import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EngineRequest } from '@app/engine-protocol';
import { serveEngineCore } from '@app/engine-server';
import { until } from '@support/metrics';
import { SupervisedAerie } from '@support/supervised-aerie';
import type { SupervisedOptions } from '@support/supervised-aerie';
import { FakeEngineCore } from '@testing/engine-server';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function launch(options?: SupervisedOptions): Promise<SupervisedAerie> {
  const aerie = await SupervisedAerie.launch(options);
  cleanUps.push(() => aerie.remove());
  return aerie;
}

/** An engine core that was told where the front end's sockets are, as `vllm serve` tells its own. */
async function startEngine({ addresses }: SupervisedAerie, rank = 0): Promise<FakeEngineCore> {
  const core = new FakeEngineCore();
  core.methods.set('get_supported_tasks', () => ['generate']);
  const server = await serveEngineCore(core, {
    rank,
    inputAddresses: [addresses.input],
    outputAddresses: [addresses.output],
  });
  cleanUps.push(() => server.close());
  return core;
}

/** "Hi", a letter a message; the second one when `more` is called. */
function say(core: FakeEngineCore, { requestId, clientIndex = 0 }: EngineRequest): { readonly more: () => void } {
  const emit = (id: number, finishReason?: 'length'): void =>
    core.emit({ outputs: [{ requestId, clientIndex, newTokenIds: [id], finishReason }], timestamp: 1 });
  emit(72);
  return { more: () => emit(105, 'length') };
}

function nextRequest(core: FakeEngineCore): Promise<EngineRequest> {
  return new Promise((resolve) => (core.onAdd = resolve));
}

const completion = { model: 'tiny-chat', prompt: 'a', max_tokens: 2 };

describe('aerie frontend', () => {
  it.each<SupervisedOptions>([
    { form: 'descriptors', transport: 'unix' },
    { form: 'descriptors', transport: 'tcp' },
    { form: 'addresses', transport: 'unix' },
    { form: 'addresses', transport: 'tcp' },
  ])('serves between the launcher’s socket and its engines: $form, $transport', async (options) => {
    const aerie = await launch(options);
    await expect(aerie.ask('/health')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const core = await startEngine(aerie);
    await aerie.ready();
    expect((await aerie.ask('/health')).status).toBe(200);
    core.onAdd = (request) => say(core, request).more();
    const answer = await aerie.ask('/v1/completions', completion);
    expect([answer.status, JSON.parse(await answer.text())]).toEqual([
      200,
      expect.objectContaining({ choices: [expect.objectContaining({ text: 'Hi', finish_reason: 'length' })] }),
    ]);
    expect(core.added[0]).toMatchObject({ clientIndex: 0, sampling: { maxTokens: 2 } });
    aerie.child.kill('SIGTERM');
    expect(await aerie.exited).toBe(0);
    if (options.transport === 'unix' && options.form === 'descriptors') {
      expect(existsSync(aerie.addresses.input.replace('ipc://', ''))).toBe(true);
    }
  });

  it('waits for every engine from its first rank on, and uses them all', async () => {
    const aerie = await launch({
      flags: ['--engine-start-index', '3', '--engine-count', '2', '--data-parallel-size', '5'],
    });
    const first = await startEngine(aerie, 3);
    await expect(aerie.ask('/health')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const second = await startEngine(aerie, 4);
    await aerie.ready();
    for (const core of [first, second]) core.onAdd = (request) => say(core, request).more();
    const answers = await Promise.all([1, 2].map(() => aerie.ask('/v1/completions', completion)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect([first, second].map(({ added }) => added.length)).toEqual([1, 1]);
  });

  it('takes what vllm serve was told: names and keys, and hides the keys', async () => {
    const aerie = await launch({
      flags: ['--grpc-listen-fd', '9'],
      vllmArguments: {
        served_model_name: ['tiny', 'alias'],
        api_key: ['sk-one', 'sk-two'],
        tool_server: 'demo',
      },
    });
    await startEngine(aerie);
    await aerie.ready();
    const asked = async (key: string) => {
      const { status, text } = await aerie.ask('/v1/models', undefined, { authorization: `Bearer ${key}` });
      return [status, ((JSON.parse(await text()) as { data?: { id: string }[] }).data ?? []).map(({ id }) => id)];
    };
    expect([await asked('sk-one'), await asked('sk-two'), await asked('sk-three')]).toEqual([
      [200, ['tiny', 'alias']],
      [200, ['tiny', 'alias']],
      [401, []],
    ]);
    expect(aerie.output).toContain('--grpc-listen-fd: gRPC is not served');
    expect(aerie.output).toContain('tool_server: there are no built-in tools');
    expect(aerie.output).not.toContain('sk-one');
    if (process.platform === 'linux') {
      expect(readFileSync(`/proc/${aerie.child.pid}/cmdline`, 'utf8')).not.toContain('sk-');
    }
  });

  it('finishes what runs after SIGTERM, takes nothing new, and ends with 0, however often it is told', async () => {
    const aerie = await launch({ vllmArguments: { shutdown_timeout: 60 } });
    const core = await startEngine(aerie);
    await aerie.ready();
    const arrival = nextRequest(core);
    const answer = aerie.ask('/v1/completions', { ...completion, stream: true });
    const stream = say(core, await arrival);
    const { text } = await answer;
    aerie.child.kill('SIGINT');
    await until(() =>
      aerie.ask('/health').then(
        () => false,
        ({ code }: { code: string }) => code === 'ECONNREFUSED',
      ),
    );
    aerie.child.kill('SIGTERM');
    stream.more();
    const events = (await text()).split('\n\n');
    expect(events.filter((event) => event.includes('"finish_reason":"length"'))).toHaveLength(1);
    expect(await aerie.exited).toBe(0);
  });

  it('ends with 1 when an engine dies, also when the launcher tells it to end then', async () => {
    const aerie = await launch();
    const core = await startEngine(aerie);
    await aerie.ready();
    core.die('out of memory');
    await until(async () => (await aerie.ask('/health')).status === 503);
    aerie.child.kill('SIGTERM');
    expect(await aerie.exited).toBe(1);
  });

  it('ends with 1 when engines do not come in time', async () => {
    const aerie = await launch({ vllmArguments: { engine_ready_timeout_secs: 1 } });
    expect(await aerie.exited).toBe(1);
    expect(aerie.output.split('\n').filter((line) => line.startsWith('aerie frontend:'))).toHaveLength(1);
  });

  it('ends with 0 when it is told to before the engines came', async () => {
    const aerie = await launch();
    await aerie.said('waiting for engines');
    aerie.child.kill('SIGTERM');
    expect(await aerie.exited).toBe(0);
  });

  it.skipIf(process.platform === 'win32')('ends when the launcher is gone', async () => {
    const aerie = await launch({ throughShell: true });
    await startEngine(aerie);
    await aerie.ready();
    aerie.child.kill('SIGKILL');
    await aerie.exited;
    expect(aerie.output).toContain('the launcher has ended');
    await expect(aerie.ask('/health')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('the command line of aerie frontend', () => {
  function run(...args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
    const cli = join(process.cwd(), 'dist/apps/cli/src/main.js');
    return new Promise((resolve) => {
      execFile(process.execPath, [cli, 'frontend', ...args], { timeout: 60_000 }, (error, _, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr }),
      );
    });
  }
  const addresses = ['--input-address', 'tcp://127.0.0.1:0', '--output-address', 'tcp://127.0.0.1:0'];

  it('is refused with code 2, each flag by name', async () => {
    const args = ['--engine-count', '0', '--args-json', '{"model":"tiny-chat"}'];
    expect(await run('--listen-fd', '99', ...addresses, ...args)).toEqual({
      code: 2,
      stderr: [
        'aerie frontend: --listen-fd: descriptor 99 is no open socket',
        'aerie frontend: --engine-count: expected an integer from 1 to 65536, got "0"',
        '',
      ].join('\n'),
    });
  });

  it('refuses arguments that it cannot honour by name, and without secrets', async () => {
    const aerie = await launch({
      vllmArguments: { api_key: ['sk-one'], reasoning_parser_plugin: '/plug-in.py' },
    });
    expect(await aerie.exited).toBe(2);
    expect(aerie.output).toBe(
      [
        'aerie frontend: --reasoning-parser-plugin /plug-in.py: parsers written in Python cannot be loaded; write an ES module (.mjs)',
        '',
      ].join('\n'),
    );
  });

  it('ends with 1 for a socket that engines cannot connect to', async () => {
    const aerie = await launch({ flags: ['--input-listener-fd', '3', '--listen-fd', '4'], transport: 'tcp' });
    expect(await aerie.exited).toBe(1);
    expect(aerie.output).toContain('aerie frontend: descriptor 3 is no listening stream socket\n');
  });
});

it('can be executed as it is built', async () => {
  const cli = join(process.cwd(), 'dist/apps/cli/src/main.js');
  const child = execFile(cli, ['--version']);
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
});
