import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '@server/config/index';
import { loadCustomCode } from './custom-code.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aerie-custom-'));
  await writeFile(join(folder, 'empty.mjs'), '');
  await writeFile(join(folder, 'broken.mjs'), 'export const =');
  await writeFile(
    join(folder, 'both.mjs'),
    'export const one = () => "1"; export const two = () => "2"; export const no = 5;',
  );
});
afterAll(() => rm(folder, { recursive: true }));

const load = (env: Readonly<Record<string, string>>) =>
  loadCustomCode(loadConfig({ env: { SAGEMAKER_MODEL_PATH: folder, ...env } }).config.sagemaker);

describe('loadCustomCode', () => {
  it('is nothing without a script and without variables', async () => {
    expect(await load({})).toBeUndefined();
    expect(await load({ CUSTOM_SCRIPT_FILENAME: 'empty.mjs' })).toBeUndefined();
  });

  it.each(['model#one', 'model:one', 'both.mjs#one', './both.mjs:one'])('finds %s', async (spec) => {
    const code = await load({ CUSTOM_SCRIPT_FILENAME: 'both.mjs', CUSTOM_FASTAPI_PING_HANDLER: spec });
    const next = () => Promise.resolve(new Response());
    expect(code?.around('GET', '/ping')?.(new Request('http://localhost'), next)).toBe('1');
    expect(code?.around('POST', '/ping')).toBeUndefined();
  });

  it.each([
    [{ CUSTOM_SCRIPT_FILENAME: 'model.py' }, /^CUSTOM_SCRIPT_FILENAME: "model\.py" is Python/],
    [{ CUSTOM_SCRIPT_FILENAME: 'none.mjs' }, /^CUSTOM_SCRIPT_FILENAME: cannot load the ES module "\.\/none\.mjs"/],
    [{ CUSTOM_SCRIPT_FILENAME: 'broken.mjs' }, /^CUSTOM_SCRIPT_FILENAME: cannot load the ES module/],
    [{ CUSTOM_FASTAPI_PING_HANDLER: 'ping' }, /^CUSTOM_FASTAPI_PING_HANDLER: expected module#export, got "ping"$/],
    [{ CUSTOM_FASTAPI_PING_HANDLER: 'model#ping' }, /^CUSTOM_FASTAPI_PING_HANDLER: there is no script in /],
    [{ CUSTOM_PRE_PROCESS: 'both.mjs#three' }, /^CUSTOM_PRE_PROCESS: the module exports no function "three"$/],
    [{ CUSTOM_PRE_PROCESS: 'both.mjs#no' }, /^CUSTOM_PRE_PROCESS: the module exports no function "no"$/],
    [{ CUSTOM_POST_PROCESS: 'no-such-package#after' }, /^CUSTOM_POST_PROCESS: cannot load the ES module/],
  ])('says what is wrong with %j', async (env, message) => {
    await expect(load(env)).rejects.toThrow(message);
  });
});
