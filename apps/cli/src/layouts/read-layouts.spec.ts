import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '@app/errors';
import { afterAll, describe, expect, it } from 'vitest';
import { readLayouts } from './read-layouts.js';

const directory = mkdtempSync(join(tmpdir(), 'aerie-python-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Something to run in the place of Python. */
function interpreter(name: string, script: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const manifest = 'libs/engine-protocol/fixtures/manifest-0.32.json';

describe('readLayouts', () => {
  it('returns what the interpreter prints', async () => {
    const python = interpreter('good', `cat ${join(process.cwd(), manifest)}`);
    expect(await readLayouts(python, 10_000)).toEqual(JSON.parse(readFileSync(manifest, 'utf8')));
  });

  it('asks for every structure by its module', async () => {
    const python = interpreter('asked', 'echo "$3" >&2; exit 1');
    await expect(readLayouts(python, 10_000)).rejects.toThrow(
      /failed: \{"EngineCoreRequest":"vllm\.v1\.engine",.*"LoRARequest":"vllm\.lora\.request"\}$/,
    );
  });

  it.each([
    ['is not there', '/no/such/python', '--python: there is no /no/such/python'],
    ['may not be executed', '/etc/passwd', '--python: /etc/passwd may not be executed'],
    ['has no vllm', interpreter('bare', 'exit 3'), 'vllm is not installed for'],
    ['hangs', interpreter('hangs', 'exec sleep 60'), 'gave no answer within 0.5 s (--timeout)'],
    [
      'fails',
      interpreter('fails', 'echo Traceback >&2; echo "ImportError: no torch" >&2; exit 1'),
      'ImportError: no torch',
    ],
    ['fails without a word', interpreter('silent', 'exit 9'), 'failed: Command failed'],
    ['prints nothing', interpreter('empty', 'true'), 'is not JSON'],
    ['prints too much', interpreter('floods', 'yes'), 'failed: stdout maxBuffer length exceeded'],
    ['prints another thing', interpreter('other', 'echo 7'), 'the layout manifest is not a JSON object'],
    [
      'lacks a structure',
      interpreter('lacks', `echo '{"vllm_version":"0.32.0","structs":{}}'`),
      'EngineCoreRequest is missing',
    ],
  ])('says in one line that the interpreter %s', async (_, python, message) => {
    const error = await readLayouts(python, 500).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('\n');
  });
});
