import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readdir, rm, symlink, writeFile, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = process.cwd();
const temporary: string[] = [];

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

/** Rule name, importer and imported of every broken rule below `directory`. */
async function violations(directory: string): Promise<string[]> {
  const folders = (await readdir(directory)).filter((name) => ['src', 'libs', 'apps', 'test'].includes(name));
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const { stdout } = await run(process.execPath, [cruiser, '--output-type', 'json', ...folders], {
    cwd: directory,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[]; totalCruised: number } };
  expect(summary.totalCruised).toBeGreaterThan(0);
  return summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from} -> ${to.replace(/^.*node_modules/, 'node_modules')}`,
  );
}

/** A small tree with the project's own rules. */
async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'aerie-layers-'));
  temporary.push(directory);
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
    await copyFile(join(root, name), join(directory, name));
  }
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(directory, name, '..'), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return directory;
}

afterAll(() => Promise.all(temporary.map((directory) => rm(directory, { recursive: true, force: true }))));

describe('the layers', () => {
  it('hold in this repository', async () => {
    expect(await violations(root)).toEqual([]);
  });

  it.each([
    [
      'a lib that imports upwards',
      { 'libs/jinja/src/index.ts': "export * from '@app/chat';", 'libs/chat/src/index.ts': 'export const chat = 1;' },
      'layer-jinja: libs/jinja/src/index.ts -> libs/chat/src/index.ts',
    ],
    [
      'a lib that is not in the table',
      {
        'libs/chat/src/index.ts': "export * from '@app/grabbag';",
        'libs/grabbag/src/index.ts': 'export const x = 1;',
      },
      'lib-outside-the-table: libs/chat/src/index.ts -> libs/grabbag/src/index.ts',
    ],
    [
      'a file inside another lib',
      {
        'libs/chat/src/index.ts': "export * from '../../text/src/inner.js';",
        'libs/text/src/inner.ts': 'export const inner = 1;',
      },
      'front-door-only: libs/chat/src/index.ts -> libs/text/src/inner.ts',
    ],
    [
      'a lib that knows the framework',
      { 'libs/text/src/index.ts': "export { Module } from '@nestjs/common';" },
      'libs-without-framework: libs/text/src/index.ts -> node_modules/@nestjs/common/index.js',
    ],
    [
      'a family that imports another',
      {
        'src/api/openai/completions/a.ts': "export * from '@server/api/openai/models/b';",
        'src/api/openai/models/b.ts': 'export const b = 1;',
      },
      'families-are-strangers: src/api/openai/completions/a.ts -> src/api/openai/models/b.ts',
    ],
    [
      'a test helper in production code',
      {
        'libs/text/src/index.ts': "export * from '@testing/tokenization';",
        'libs/tokenization/src/testing/index.ts': 'export const t = 1;',
      },
      'test-helpers-only-in-tests: libs/text/src/index.ts -> libs/tokenization/src/testing/index.ts',
    ],
  ])('refuse %s', async (_, files, expected) => {
    expect(await violations(await tree(files))).toContain(expected);
  });
});
