import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const cli = join(process.cwd(), 'dist/apps/cli/src/main.js');

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function aerie(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

describe('aerie', () => {
  it('tells its version and its commands', async () => {
    expect(await aerie('--version')).toMatchObject({ code: 0, stdout: '0.1.0\n' });
    const { stdout } = await aerie('--help');
    expect(stdout).toContain('Usage: aerie');
    expect(stdout).toContain('serve');
  });

  it('shows the options of serve', async () => {
    const { code, stdout } = await aerie('serve', '--help=keys');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Keys:\n {2}--api-key/);
  });

  it('refuses a wrong command line with code 2 and everything that is wrong', async () => {
    expect(await aerie('serve', '--prot', '8000', '--stream-interval', 'x')).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'aerie serve: unrecognized argument --prot (did you mean --port?)',
        'aerie serve: --stream-interval: expected an integer, got "x"',
        'See aerie serve --help.',
        '',
      ].join('\n'),
    });
  });

  it.each([
    ['a command that is missing an option', ['layouts'], /required option '--python <path>'/],
    ['an option of a command that nobody knows', ['layouts', '--python', 'p', '--nope'], /unknown option '--nope'/],
    ['a command that nobody knows', ['sreve'], /unknown command 'sreve'/],
    ['a file that is no configuration', ['serve', '--config', 'server.json'], /must be of a yaml\/yml type/],
  ])('refuses %s with code 2', async (_, argv, expected) => {
    expect(await aerie(...argv)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(expected) });
  });

  it.each(['1', '2'])(
    'says in one line that the port is taken, before it loads anything, with %s API server(s)',
    async (apiServers) => {
      const other = new Server().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const { code, stdout, stderr } = await aerie(
        ...['serve', '--host', '127.0.0.1', '--port', String(port)],
        ...['--log-level', 'warn', '--api-server-count', apiServers],
      );
      other.close();
      expect({ code, stdout, stderr }).toEqual({
        code: 1,
        stdout: '',
        stderr: `aerie serve: cannot listen on 127.0.0.1:${port}: it is in use by another process\n`,
      });
    },
  );

  it('says in one line that the admin port is taken', async () => {
    const other = new Server().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await aerie(
      ...['serve', '--host', '127.0.0.1', '--port', '0', '--admin-port', String(port), '--log-level', 'warn'],
    );
    other.close();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `aerie serve: cannot listen on 127.0.0.1:${port}: it is in use by another process\n`,
    });
  });

  it('refuses a keys file that cannot be used with code 2, before anything is started', async () => {
    const { code, stdout, stderr } = await aerie('serve', '--api-keys-file', '/no/such/file');
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'aerie serve: --api-keys-file: /no/such/file: it cannot be read\nSee aerie serve --help.\n',
    });
  });

  it('says in one line that there is no such model', async () => {
    const { code, stderr } = await aerie(
      'serve',
      '/no/such/model',
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--log-level',
      'warn',
    );
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.startsWith('aerie serve: '))).toHaveLength(1);
    expect(stderr).toContain('/no/such/model');
  });

  it('says in one line that the onnx engine takes no embeddings', async () => {
    const { code, stderr } = await aerie(
      ...['serve', '--enable-prompt-embeds', '--host', '127.0.0.1', '--port', '0', '--log-level', 'warn'],
    );
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.startsWith('aerie serve: '))).toEqual([
      'aerie serve: --enable-prompt-embeds needs --engine vllm: the onnx engine takes token ids only',
    ]);
  });
});
