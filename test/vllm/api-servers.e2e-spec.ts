import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childPids } from '@support/child-processes';
import { until } from '@support/metrics';
import { complete, countOf, startStream, untilRunning, untilHealth } from './ask.js';
import { startAttachedAerie } from './attached-aerie.js';
import type { AttachedAerie } from './attached-aerie.js';
import { showOutputOfFailures } from './show-failures.js';

let attached: AttachedAerie;
let url: string;

beforeAll(async () => {
  attached = await startAttachedAerie({ aerieArgs: ['--api-server-count', '2', '--shutdown-timeout', '60'] });
  ({ url } = attached.aerie);
});

afterAll(() => attached?.stop());
showOutputOfFailures(() => attached?.output());

const startStreams = (count: number, max_tokens: number) =>
  Promise.all(Array.from({ length: count }, () => startStream(url, { max_tokens })));

const isWhole = (text: string, tokens: number) =>
  text.includes(`"completion_tokens":${tokens}`) && text.endsWith('data: [DONE]\n\n');
const workers = () => childPids(attached.aerie.child.pid ?? NaN);

describe('two API servers over one vLLM engine core', () => {
  it('both serve, and count as one', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => complete(url, {})));
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    expect(answers.map(({ status }) => status)).toEqual(new Array(16).fill(200));
    expect(await countOf(url, 'vllm:generation_tokens_total')).toBe(16 * 8);
    expect(attached.aerie.output()).toMatch(/POST \/v1\/completions worker=0/);
    expect(attached.aerie.output()).toMatch(/POST \/v1\/completions worker=1/);
  });

  it('are replaced when killed: the streams of the other go on, the engine is freed of those that broke', async () => {
    const before = await workers();
    const streams = await startStreams(8, 600);
    process.kill(before[0], 'SIGKILL');
    const whole = (await Promise.all(streams.map(({ ended }) => ended))).filter((text) => isWhole(text, 600)).length;
    expect(whole).toBeGreaterThan(0);
    expect(whole).toBeLessThan(8);
    await untilRunning(url, 0);
    await until(async () => (await workers()).length === 2);
    expect((await complete(url, {})).status).toBe(200);
  });

  it('are renewed one after the other without the loss of a stream', async () => {
    const before = await workers();
    const streams = await startStreams(8, 600);
    attached.aerie.child.kill('SIGHUP');
    expect((await Promise.all(streams.map(({ ended }) => ended))).filter((text) => isWhole(text, 600))).toHaveLength(8);
    await attached.aerie.said('the API servers are renewed');
    expect((await workers()).filter((pid) => before.includes(pid))).toEqual([]);
    const answers = await Promise.all(Array.from({ length: 16 }, () => complete(url, {})));
    expect(answers.map(({ status }) => status)).toEqual(new Array(16).fill(200));
  });

  it('all tell that the engine was killed, and end', async () => {
    process.kill(await attached.engines.enginePid(), 'SIGKILL');
    for (let asked = 0; asked < 4; asked++) await untilHealth(url, 503);
    expect(await attached.aerie.exited).toBe(1);
  });
});
