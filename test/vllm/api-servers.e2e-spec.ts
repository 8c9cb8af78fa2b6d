import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childPids } from '@support/child-processes';
import { metric, until } from '@support/metrics';
import { startAttachedAerie } from './attached-aerie.js';
import type { AttachedAerie } from './attached-aerie.js';
import { showOutputOfFailures } from './show-failures.js';
import { SERVED_NAME as model } from './vllm-process.js';

let attached: AttachedAerie;
let url: string;

beforeAll(async () => {
  attached = await startAttachedAerie({ aerieArgs: ['--api-server-count', '2', '--shutdown-timeout', '60'] });
  ({ url } = attached.aerie);
});

afterAll(() => attached?.stop());
showOutputOfFailures(() => attached?.output());

/** Over a connection of its own, which any of the servers may get. */
const complete = (fields: object) =>
  fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ model, prompt: 'Once upon a time', max_tokens: 8, ignore_eos: true, ...fields }),
  });
const running = () => metric(url, 'vllm:num_requests_running', { connection: 'close' });
const untilRunning = (count: number) => until(async () => (await running()) === count);

/** Streams of so many tokens, running; each ends with its usage, or the error that broke it. */
async function startStreams(count: number, max_tokens: number): Promise<readonly Promise<string>[]> {
  const answers = Array.from({ length: count }, () =>
    complete({ max_tokens, stream: true, stream_options: { include_usage: true } }),
  );
  const streams = (await Promise.all(answers)).map((answer) => answer.text().catch(() => 'broken'));
  await untilRunning(count);
  return streams;
}

const isWhole = (text: string, tokens: number) =>
  text.includes(`"completion_tokens":${tokens}`) && text.endsWith('data: [DONE]\n\n');
const workers = () => childPids(attached.aerie.child.pid ?? NaN);

describe('two API servers over one vLLM engine core', () => {
  it('both serve, and count as one', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => complete({})));
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    expect(answers.map(({ status }) => status)).toEqual(new Array(16).fill(200));
    expect(await metric(url, 'vllm:generation_tokens_total')).toBe(16 * 8);
    expect(attached.aerie.output()).toMatch(/POST \/v1\/completions worker=0/);
    expect(attached.aerie.output()).toMatch(/POST \/v1\/completions worker=1/);
  });

  it('are replaced when killed: the streams of the other go on, the engine is freed of those that broke', async () => {
    const before = await workers();
    const streams = await startStreams(8, 600);
    process.kill(before[0], 'SIGKILL');
    const whole = (await Promise.all(streams)).filter((text) => isWhole(text, 600)).length;
    expect(whole).toBeGreaterThan(0);
    expect(whole).toBeLessThan(8);
    await untilRunning(0);
    await until(async () => (await workers()).length === 2);
    expect((await complete({})).status).toBe(200);
  });

  it('are renewed one after the other without the loss of a stream', async () => {
    const before = await workers();
    const streams = await startStreams(8, 600);
    attached.aerie.child.kill('SIGHUP');
    expect((await Promise.all(streams)).filter((text) => isWhole(text, 600))).toHaveLength(8);
    await attached.aerie.said('the API servers are renewed');
    expect((await workers()).filter((pid) => before.includes(pid))).toEqual([]);
    const answers = await Promise.all(Array.from({ length: 16 }, () => complete({})));
    expect(answers.map(({ status }) => status)).toEqual(new Array(16).fill(200));
  });

  it('all tell that the engine was killed, and end', async () => {
    process.kill(await attached.engines.enginePid(), 'SIGKILL');
    for (let asked = 0; asked < 4; asked++) {
      const health = () => fetch(`${url}/health`, { headers: { connection: 'close' } });
      await until(async () => (await health()).status === 503);
    }
    expect(await attached.aerie.exited).toBe(1);
  });
});
