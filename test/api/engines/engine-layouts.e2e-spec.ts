import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayoutManifest } from '@app/engine-protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { startMockedAerie } from '@support/mock-engine';

const directory = mkdtempSync(join(tmpdir(), 'aerie-layouts-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const cli = join(process.cwd(), 'dist/apps/cli/src/main.js');
const manifest = join(process.cwd(), 'libs/engine-protocol/fixtures/manifest-0.32.json');

interface Outcome {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function aerie(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

/** A build between two releases: 0.32 with the output of 0.33, and a field of its own in requests. */
function writeNightly(): string {
  const { structs } = JSON.parse(readFileSync(manifest, 'utf8')) as LayoutManifest;
  const { EngineCoreRequest: request, EngineCoreOutput: output } = structs;
  const nightly: LayoutManifest = {
    vllm_version: '0.32.1.dev7',
    structs: {
      ...structs,
      EngineCoreRequest: {
        ...request,
        fields: [...request.fields, 'novelty'],
        defaults: { ...request.defaults, novelty: 7 },
      },
      EngineCoreOutput: { ...output, fields: [...output.fields, 'error'] },
    },
  };
  const file = join(directory, 'nightly.json');
  writeFileSync(file, JSON.stringify(nightly));
  return file;
}

describe('aerie layouts', () => {
  it('prints what the interpreter knows, or writes it to a file', async () => {
    const python = join(directory, 'python');
    writeFileSync(python, `#!/bin/sh\necho import log >&2\ncat ${manifest}\n`);
    chmodSync(python, 0o755);
    const { code, stdout } = await aerie('layouts', '--python', python);
    expect([code, JSON.parse(stdout)]).toEqual([0, JSON.parse(readFileSync(manifest, 'utf8'))]);
    const file = join(directory, 'written.json');
    expect(await aerie('layouts', '--python', python, '--output', file)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  it.each([
    [['--python', '/no/such/python'], 'aerie: --python: there is no /no/such/python\n'],
    [['--python', process.execPath, '--timeout', 'x'], 'aerie: --timeout: expected seconds up to 86400, got "x"\n'],
  ])('says in one line what is wrong with %j', async (args, stderr) => {
    expect(await aerie('layouts', ...args)).toEqual({ code: 1, stdout: '', stderr });
  });
});

describe('--engine-layouts', () => {
  it('decides what engines are sent and how they are read', async () => {
    const mocked = await startMockedAerie(['--engine-layouts', writeNightly()]);
    try {
      const added = new Promise<readonly string[]>((resolve) => {
        mocked.engine.onEvent = (event) => {
          if (event.type === 'add') resolve(event.frames);
        };
      });
      const response = await fetch(`${mocked.aerie.url}/v1/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'tiny-chat', prompt: 'Hi', max_tokens: 9 }),
      });
      expect(await response.json()).toMatchObject({ choices: [{ text: 'Hi', finish_reason: 'stop' }] });
      const payload = Buffer.from((await added)[0], 'base64');
      // An array of 23 elements, the last of which is the default of the field that only the manifest knows.
      expect([payload.subarray(0, 3).toString('hex'), payload.at(-1)]).toEqual(['dc0017', 7]);
    } finally {
      await mocked.stop();
    }
  });

  it('is named when the file cannot be used', async () => {
    const { code, stderr } = await aerie(
      ...['serve', 'libs/tokenization/fixtures/tiny-chat', '--engine', 'vllm', '--host', '127.0.0.1', '--port', '0'],
      ...['--engine-layouts', join(directory, 'none.json'), '--log-level', 'warn'],
    );
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.startsWith('aerie serve: '))).toEqual([
      expect.stringMatching(/^aerie serve: --engine-layouts .*none\.json: ENOENT/),
    ]);
  });
});
