import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete, countOf, health, startStream, untilRunning } from './ask.js';
import { startAttachedAerie } from './attached-aerie.js';
import type { AttachedAerie } from './attached-aerie.js';
import { showOutputOfFailures } from './show-failures.js';

const RANKS = [0, 1];

let attached: AttachedAerie;
let url: string;

beforeAll(async () => {
  attached = await startAttachedAerie({
    engineCount: RANKS.length,
    aerieArgs: ['--keep-alive-on-engine-death'],
    engineArgs: ['--max-num-seqs', '8'],
  });
  ({ url } = attached.aerie);
});

afterAll(() => attached?.stop());
showOutputOfFailures(() => attached?.output());

/** Of the requests that each engine took; five tokens a request. */
const promptTokens = () =>
  Promise.all(RANKS.map((rank) => countOf(url, `vllm:prefix_cache_queries_total{engine="${rank}"`)));
const PROMPT_TOKENS = 5;
const untilBothRun = (count: number) => Promise.all(RANKS.map((rank) => untilRunning(url, count, { rank })));

describe('two vLLM engine cores behind one server', () => {
  it('share what comes', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => complete(url, {})));
    expect(answers.map(({ status }) => status)).toEqual(new Array(16).fill(200));
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    expect(await promptTokens()).toEqual([8 * PROMPT_TOKENS, 8 * PROMPT_TOKENS]);
  });

  it('share the samples of one request', async () => {
    const before = await promptTokens();
    await (await complete(url, { n: 4 })).arrayBuffer();
    const after = await promptTokens();
    expect(after.map((tokens, rank) => tokens - before[rank])).toEqual([2 * PROMPT_TOKENS, 2 * PROMPT_TOKENS]);
  });

  it.each(RANKS)('serve who asks for rank %d there', async (rank) => {
    const before = await promptTokens();
    for (let round = 0; round < 3; round++) {
      await (await complete(url, {}, { headers: { 'x-data-parallel-rank': String(rank) } })).arrayBuffer();
    }
    const after = await promptTokens();
    expect(after.map((tokens, index) => tokens - before[index])).toEqual(
      RANKS.map((index) => (index === rank ? 3 * PROMPT_TOKENS : 0)),
    );
  });

  it('refuse a rank that is not there', async () => {
    const answer = await complete(url, {}, { headers: { 'x-data-parallel-rank': '2' } });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('out of range [0, 2)')]);
  });

  it('are both freed by clients that leave', async () => {
    const leaving = new AbortController();
    const answers = Array.from({ length: 4 }, () => complete(url, { max_tokens: 2000 }, { signal: leaving.signal }));
    await untilBothRun(2);
    leaving.abort();
    await Promise.allSettled(answers);
    await untilBothRun(0);
  });

  it('finish 64 streams, more than they run at once', async () => {
    const streams = Array.from({ length: 64 }, async (_, index) => {
      const max_tokens = 8 + (index % 16);
      const text = await (
        await complete(url, { max_tokens, stream: true, stream_options: { include_usage: true } })
      ).text();
      const events = text.split('\n\n').filter((event) => event.startsWith('data: {'));
      const { usage } = JSON.parse(events.at(-1)?.slice('data: '.length) ?? '') as {
        usage: { completion_tokens: number };
      };
      return [usage.completion_tokens - max_tokens, text.endsWith('data: [DONE]\n\n')];
    });
    expect(await Promise.all(streams)).toEqual(new Array(64).fill([0, true]));
  });

  it('are dead together when one is killed; the server goes on to say so when told to', async () => {
    const pid = await attached.engines.enginePid(1);
    const lost = await startStream(url, { max_tokens: 2000 }, { headers: { 'x-data-parallel-rank': '1' } });
    process.kill(pid, 'SIGKILL');
    expect(await lost.ended).toMatch(/"error":.*data: \[DONE\]\n\n$/s);
    expect(await health(url)).toBe(503);
    await attached.engines.exited;
    expect(await health(url)).toBe(503);
    expect(await attached.aerie.stop()).toBe(0);
  });
});
