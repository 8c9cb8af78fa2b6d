import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArrivedRequest } from '@support/test-engine';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const TOKEN = 925;

/** Three tokens a quarter of a second apart; its weights change after the first. */
function tell(arrived: ArrivedRequest): void {
  const experts = (...rows: readonly number[]) => ({
    dtype: '|u1',
    shape: [rows.length, 1, 1],
    bytes: Buffer.from(rows),
  });
  arrived.say(
    {
      newTokenIds: [TOKEN],
      routedExperts: experts(1, 2, 3),
      events: [
        { type: 'queued', timestamp: 0.5 },
        { type: 'scheduled', timestamp: 1 },
      ],
      ...{ timestamp: 2, weightVersion: 'first' },
    },
    { newTokenIds: [TOKEN], routedExperts: experts(4), timestamp: 2.25, weightVersion: 'second' },
    { newTokenIds: [TOKEN], finishReason: 'length', timestamp: 2.5, weightVersion: 'second' },
  );
}

let plain: TestServer;
let telling: TestServer;
beforeAll(async () => {
  const model = await loadTinyModel();
  plain = await startTestServer({ engine: { onRequest: tell }, model });
  telling = await startTestServer({
    engine: { onRequest: tell },
    model,
    argv: ['--enable-per-request-metrics'],
  });
});
afterAll(() => Promise.all([plain.close(), telling.close()]));

type Json = Readonly<Record<string, unknown>>;
interface Answer {
  readonly choices: readonly Json[];
  readonly metrics?: unknown;
}

const PATHS = [
  ['completions', { prompt: 'Hello' }],
  ['chat/completions', { messages: [{ role: 'user', content: 'Hi' }] }],
] as const;

async function post({ url }: TestServer, path: string, body: object): Promise<string> {
  const response = await fetch(`${url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.text();
}

const ask = async (...args: Parameters<typeof post>): Promise<Answer> => JSON.parse(await post(...args)) as Answer;

async function chunks(server: TestServer, path: string, body: object): Promise<Answer[]> {
  const text = await post(server, path, { ...body, stream: true });
  const events = text.split('\n\n').filter((event) => event.startsWith('data: {'));
  return events.map((event) => JSON.parse(event.slice('data: '.length)) as Answer);
}

const VERSIONS = [
  { version: 'first', start: 0, end: 1 },
  { version: 'second', start: 1, end: 3 },
];
const TIMES = {
  time_to_first_token_ms: 1000,
  generation_time_ms: 500,
  queue_time_ms: 500,
  mean_itl_ms: 250,
  tokens_per_second: 2,
};

describe.each(PATHS)('what /v1/%s tells when it is asked', (path, body) => {
  it('weight versions: which weights made which tokens', async () => {
    const [asked] = (await ask(plain, path, { ...body, return_weight_versions: true })).choices;
    expect(asked.weight_versions).toEqual(VERSIONS);
    const [silent] = (await ask(plain, path, body)).choices;
    expect(silent.weight_versions).toBeNull();
  });

  it('weight versions, streamed: at the end of each choice', async () => {
    const all = await chunks(plain, path, { ...body, return_weight_versions: true, n: 2, temperature: 1 });
    const told = all.flatMap(({ choices }) => choices).filter((choice) => choice.weight_versions);
    expect(told.map(({ index, finish_reason, weight_versions }) => [index, finish_reason, weight_versions])).toEqual([
      [0, 'length', VERSIONS],
      [1, 'length', VERSIONS],
    ]);
    const silent = (await chunks(plain, path, body)).flatMap(({ choices }) => choices);
    expect(silent.some((choice) => choice.weight_versions)).toBe(false);
  });

  it('experts that were chosen, as a numpy file', async () => {
    const [{ routed_experts }] = (await ask(plain, path, body)).choices;
    const file = Buffer.from(String(routed_experts), 'base64');
    expect(file.toString('latin1')).toContain("{'descr': '|u1', 'fortran_order': False, 'shape': (4, 1, 1), }");
    expect([...file.subarray(-4)]).toEqual([1, 2, 3, 4]);
  });

  it('metrics, where the operator wants them', async () => {
    expect((await ask(telling, path, body)).metrics).toEqual({ ...TIMES, speculative_decoding: null });
    expect((await ask(telling, path, { ...body, n: 2, temperature: 1 })).metrics).toBeNull();
    expect((await ask(plain, path, body)).metrics).toBeNull();
  });

  it('metrics, streamed: with the usage', async () => {
    const usage = { stream_options: { include_usage: true } };
    const all = await chunks(telling, path, { ...body, ...usage });
    expect(all.at(-1)).toMatchObject({ choices: [], metrics: TIMES });
    expect(all.slice(0, -1).some((chunk) => 'metrics' in chunk)).toBe(false);
    expect(all.at(-1)?.metrics).toEqual(TIMES);
    const several = await chunks(telling, path, { ...body, ...usage, n: 2, temperature: 1 });
    expect([several, await chunks(plain, path, { ...body, ...usage })].flat().some((chunk) => 'metrics' in chunk)).toBe(
      false,
    );
  });
});

describe('what /v1/completions tells of several prompts', () => {
  it('no metrics, which would be those of one', async () => {
    expect((await ask(telling, 'completions', { prompt: ['a', 'b'] })).metrics).toBeNull();
  });
});
