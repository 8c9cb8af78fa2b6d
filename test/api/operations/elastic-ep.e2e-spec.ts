import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DrainTimeoutError } from '@app/engine-protocol';
import { InvalidRequestError, UnavailableError } from '@app/errors';
import { startAerie } from '@support/aerie-process';
import { MockEngine, startMockedAerie } from '@support/mock-engine';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';

const SCALING = '{"error":"The model is currently scaling. Please try again later."}';
const IDLE =
  '{"is_scaling_elastic_ep":false,"phase":"idle","epoch":null,"error":null,"requested_data_parallel_size":null}';

function post(url: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function answer(asked: Promise<Response>): Promise<readonly [number, string]> {
  const response = await asked;
  return [response.status, await response.text()];
}

function failure(message: string, type: string, code: number): readonly [number, string] {
  return [code, JSON.stringify({ error: { message, type, param: null, code } })];
}

describe('the routes of elastic expert parallelism', () => {
  let server: TestServer;
  let url: string;

  beforeAll(async () => {
    server = await startTestServer({ engine: { tasks: ['generate'] }, argv: ['--enable-request-id-headers'] });
    ({ url } = server);
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => server.close());

  it.each([
    ['no JSON', '{', 'Invalid JSON format'],
    ['nothing', '', 'Invalid JSON format'],
    ['no size', {}, 'new_data_parallel_size is required'],
    ['a size of 0', { new_data_parallel_size: 0 }, 'new_data_parallel_size must be a positive integer'],
    ['no patience', { new_data_parallel_size: 2, drain_timeout: 0 }, 'drain_timeout must be a positive integer'],
  ])('refuse %s', async (_, body, message) => {
    expect(await answer(post(url, '/scale_elastic_ep', body))).toEqual(failure(message, 'Bad Request', 400));
  });

  it('refuse another content type, as every JSON route', async () => {
    const refused = await answer(post(url, '/scale_elastic_ep', '{}', { 'content-type': 'text/plain' }));
    expect(refused).toEqual([400, expect.stringContaining("Only 'application/json' is allowed")]);
  });

  it.each([
    [new DrainTimeoutError(9_000), 'Scale failed due to request drain timeout after 9 seconds', 'Request Timeout', 408],
    [new UnavailableError('engine core 1 was ended by SIGKILL'), 'Scale failed', 'Internal Server Error', 500],
    [
      new InvalidRequestError('The number of engines is fixed.'),
      'The number of engines is fixed.',
      'BadRequestError',
      400,
    ],
  ])('answer what went wrong: %s', async (error, message, type, code) => {
    const scaleTo = vi.spyOn(server.engine.client, 'scaleTo').mockRejectedValue(error);
    const body = { new_data_parallel_size: 2, drain_timeout: 9 };
    expect(await answer(post(url, '/scale_elastic_ep', body))).toEqual(failure(message, type, code));
    expect(scaleTo.mock.calls).toEqual([[2, { drainTimeoutMs: 9_000 }]]);
  });

  it('say how far it is; a failure has its reason in the log', async () => {
    expect(await answer(post(url, '/is_scaling_elastic_ep'))).toEqual([200, IDLE]);
    const scaling = vi.spyOn(server.engine.client, 'scaling', 'get');
    scaling.mockReturnValue({ type: 'scaling', phase: 'draining', engineCount: 4 });
    expect(await answer(post(url, '/is_scaling_elastic_ep'))).toEqual([
      200,
      '{"is_scaling_elastic_ep":true,"phase":"draining","epoch":null,"error":null,"requested_data_parallel_size":4}',
    ]);
    scaling.mockReturnValue({ type: 'failed', reason: 'secret' });
    expect(await answer(post(url, '/is_scaling_elastic_ep'))).toEqual([
      200,
      '{"is_scaling_elastic_ep":false,"phase":"failed","epoch":null,"error":"Scale failed","requested_data_parallel_size":null}',
    ]);
  });

  it('are the only ones beside /health that answer meanwhile; the refusal has no other header', async () => {
    const scaling = vi.spyOn(server.engine.client, 'scaling', 'get');
    scaling.mockReturnValue({ type: 'scaling', phase: 'committing', engineCount: 2 });
    const refused = await fetch(`${url}/v1/models`, { headers: { origin: 'https://a.example' } });
    expect([refused.status, await refused.text()]).toEqual([503, SCALING]);
    expect([...refused.headers.keys()].filter((name) => !['connection', 'date', 'keep-alive'].includes(name))).toEqual([
      'content-length',
      'content-type',
    ]);
    for (const path of ['/scale_elastic_ep', '/ping', '/nowhere']) {
      expect(await answer(post(url, path, {}))).toEqual([503, SCALING]);
    }
    expect(await answer(fetch(`${url}/health`))).toEqual([200, '']);
    scaling.mockReturnValue({ type: 'steady' });
    expect((await fetch(`${url}/version`)).status).toBe(200);
  });

  it('tell the number of engines that there are then', async () => {
    vi.spyOn(server.engine.client, 'scaleTo').mockResolvedValue();
    const scaled = [200, '{"message":"Scaled to 3 data parallel engines"}'];
    expect(await answer(post(url, '/scale_elastic_ep', { new_data_parallel_size: 3 }))).toEqual(scaled);
  });
});

describe('a mixture-of-experts deployment of mock engines', { timeout: 30_000 }, () => {
  let model: string;

  beforeAll(async () => {
    model = await mkdtemp(join(tmpdir(), 'aerie-moe-'));
    await cp(join(process.cwd(), 'libs/tokenization/fixtures/tiny-chat'), model, { recursive: true });
    const config = join(model, 'config.json');
    await writeFile(config, JSON.stringify({ ...JSON.parse(await readFile(config, 'utf8')), num_experts: 4 }));
  });
  afterAll(() => rm(model, { recursive: true }));

  /** The text of a completion of the rank. */
  async function completion(url: string, prompt: string, rank: number): Promise<unknown> {
    const body = { model: 'tiny-moe', prompt, max_tokens: 100 };
    const response = await post(url, '/v1/completions', body, { 'x-data-parallel-rank': String(rank) });
    const { choices, error } = (await response.json()) as { choices?: readonly { text: string }[]; error?: unknown };
    return choices?.[0].text ?? error;
  }

  it('grows when a headless engine comes, shrinks again, and answers 503 in between', async () => {
    const flags = ['--enable-elastic-ep', '--served-model-name', 'tiny-moe'];
    const mocked = await startMockedAerie(flags, { model });
    const { url } = mocked.aerie;
    let newcomer: MockEngine | undefined;
    try {
      const growing = answer(post(url, '/scale_elastic_ep', { new_data_parallel_size: 2 }));
      let status = '';
      while (!status.includes('preparing')) [, status] = await answer(post(url, '/is_scaling_elastic_ep'));
      expect(status).toBe(
        '{"is_scaling_elastic_ep":true,"phase":"preparing","epoch":null,"error":null,"requested_data_parallel_size":2}',
      );
      expect(await completion(url, 'Hi', 0)).toBe('The model is currently scaling. Please try again later.');
      expect(await answer(fetch(`${url}/health`))).toEqual([200, '']);
      newcomer = MockEngine.start(mocked.handshakeAddress, [
        ...['--rank', '1', '--data-parallel-size', '2', '--data-parallel-size-local', '1'],
      ]);
      expect(await growing).toEqual([200, '{"message":"Scaled to 2 data parallel engines"}']);
      expect(await answer(post(url, '/is_scaling_elastic_ep'))).toEqual([200, IDLE]);
      expect(await Promise.all([0, 1].map((rank) => completion(url, 'Hi', rank)))).toEqual(['Hi', 'Hi']);
      expect(await (await fetch(`${url}/metrics`)).text()).toContain('vllm:num_requests_running{engine="1"');

      expect(await answer(post(url, '/scale_elastic_ep', { new_data_parallel_size: 1 }))).toEqual([
        200,
        '{"message":"Scaled to 1 data parallel engines"}',
      ]);
      expect(await newcomer.exited).toBe(0);
      expect(await completion(url, 'Hello', 0)).toBe('Hello');
      expect(await completion(url, 'Hello', 1)).toMatchObject({
        message: expect.stringContaining('data_parallel_rank 1 is out of range [0, 1).'),
      });
    } finally {
      await mocked.stop();
      await newcomer?.stop();
    }
  });

  it('starts with --engine-command what joins, and goes on when its process ends', async () => {
    const main = join(process.cwd(), 'dist/apps/mock-engine/src/main.js');
    const command = `'${process.execPath}' '${main}' serve '${model}'`;
    const aerie = await startAerie([
      ...[model, '--served-model-name', 'tiny-moe', '--enable-elastic-ep'],
      ...['--engine-command', command, '--data-parallel-address', '127.0.0.1'],
    ]);
    try {
      for (const engineCount of [3, 2]) {
        expect(await answer(post(aerie.url, '/scale_elastic_ep', { new_data_parallel_size: engineCount }))).toEqual([
          200,
          `{"message":"Scaled to ${engineCount} data parallel engines"}`,
        ]);
        const ranks = Array.from({ length: engineCount }, (_, rank) => rank);
        expect(await Promise.all(ranks.map((rank) => completion(aerie.url, 'Hi', rank)))).toEqual(
          ranks.map(() => 'Hi'),
        );
      }
      expect((await post(aerie.url, '/scale_elastic_ep', { new_data_parallel_size: 1 })).status).toBe(200);
      expect(await completion(aerie.url, 'Hello', 0)).toBe('Hello');
    } finally {
      expect(await aerie.stop()).toBe(0);
    }
  });

  it('is not changed without the flag', async () => {
    const mocked = await startMockedAerie([], { model });
    try {
      const refused = await answer(post(mocked.aerie.url, '/scale_elastic_ep', { new_data_parallel_size: 2 }));
      expect(refused).toEqual([400, expect.stringContaining('--enable-elastic-ep')]);
    } finally {
      await mocked.stop();
    }
  });
});
