import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';
import { allEnded, childPids } from '@support/child-processes';
import { until } from '@support/metrics';

const MODELS = join(process.cwd(), 'libs/tokenization/fixtures');
const MOCK_ENGINE = `'${process.execPath}' '${join(process.cwd(), 'dist/apps/mock-engine/src/main.js')}'`;

/** In `/metrics`: one of the engines has had a prompt. */
const RUNS = /^vllm:prompt_tokens_total{[^}]*} [1-9]/m;

let aerie: AerieProcess | undefined;

afterEach(async () => {
  await aerie?.stop();
  aerie = undefined;
});

function complete(url: string, body: object): Promise<Response> {
  return fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ prompt: 'Hi', max_tokens: 4, ignore_eos: true, ...body }),
  });
}

const status = async (url: string, path: string): Promise<number> =>
  (await fetch(url + path, { headers: { connection: 'close' } })).status;

/** The process that `--engine-command` started. */
async function enginePid({ child }: AerieProcess): Promise<number> {
  const pids = await childPids(child.pid ?? 0);
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8')));
  return pids[commands.findIndex((command) => command.includes('mock engine'))];
}

describe('--engine-command', () => {
  it.each([
    ['one API server', []],
    ['two API servers', ['--api-server-count', '2']],
  ])('with --engine-restart: %s and new engines in the place of those that were killed', async (_, flags) => {
    const command = `FAST=1 ${MOCK_ENGINE} serve tiny-chat --interval-ms 2`;
    const engine = ['--engine-command', command, '--engine-restart', '--data-parallel-size', '2'];
    aerie = await startAerie(['tiny-chat', ...engine, ...flags], { cwd: MODELS });
    const { url } = aerie;
    const pid = await enginePid(aerie);
    const running = complete(url, { max_tokens: 400 });
    await until(async () => RUNS.test(await (await fetch(`${url}/metrics`)).text()));

    process.kill(pid, 'SIGKILL');
    expect((await running).status).toBeGreaterThanOrEqual(500);
    await allEnded([pid]);
    await aerie.said('the engine was restarted and serves again');
    await until(async () =>
      (await Promise.all(Array.from({ length: 8 }, () => status(url, '/health')))).every((code) => code === 200),
    );
    const answers = await Promise.all(Array.from({ length: 8 }, () => complete(url, {})));
    expect(answers.map((answer) => answer.status)).toEqual(new Array(8).fill(200));
    expect(await enginePid(aerie)).not.toBe(pid);
    expect(await aerie.stop()).toBe(0);
  });

  it('says what the command wrote last when it ends before it is ready', async () => {
    const failing = startAerie(['tiny-chat', '--engine-command', `sh -c 'echo no such model >&2; exit 3'`], {
      cwd: MODELS,
    });
    await expect(failing).rejects.toThrow(/engine exited with code 3; its last lines:\s+no such model/);
  });
});
