import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';
import { metric, until } from '@support/metrics';

const run = promisify(execFile);
let aerie: AerieProcess | undefined;

afterEach(async () => {
  await aerie?.stop();
  aerie = undefined;
});

/** Pid of the only child of the server: its engine core. */
async function enginePid(parent: number): Promise<number> {
  const list = existsSync('/proc/self')
    ? await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')
    : (await run('pgrep', ['-P', String(parent)])).stdout;
  const pids = list.trim().split(/\s+/).map(Number);
  expect(pids).toHaveLength(1);
  return pids[0];
}

describe('kill -9 of the engine core', () => {
  it('turns /health to 503 within 5 s, ends running requests with an error, and the server says why', async () => {
    aerie = await startAerie();
    const { url, child } = aerie;
    const body = { prompt: 'Count', max_tokens: 1500, ignore_eos: true };
    const post = (more: object) =>
      fetch(`${url}/v1/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, ...more }),
      });
    const streamed = await post({ stream: true });
    const streamText = streamed.text();
    const whole = post({ stream: false }).then(async (response) => ({
      status: response.status,
      body: (await response.json()) as { error: { type: string; code: number } },
    }));
    await until(async () => (await metric(url, 'vllm:num_requests_running')) === 2);

    const killedAt = Date.now();
    process.kill(await enginePid(child.pid ?? 0), 'SIGKILL');
    await until(async () => (await fetch(`${url}/health`)).status === 503, 5000);
    expect(Date.now() - killedAt).toBeLessThan(5000);

    expect(streamed.status).toBe(200);
    const events = (await streamText).split('\n\n').filter((event) => event !== '');
    expect(events.at(-1)).toBe('data: [DONE]');
    expect(JSON.parse((events.at(-2) ?? '').replace('data: ', ''))).toMatchObject({
      error: { type: 'InternalServerError', code: 500 },
    });
    expect(await whole).toMatchObject({ status: 500, body: { error: { type: 'InternalServerError', code: 500 } } });
    expect(aerie.output()).toMatch(/engine.*SIGKILL/is);
  });
});
