import { afterEach, describe, expect, it } from 'vitest';
import { until } from '@support/metrics';
import type { TestEngineOptions } from '@support/test-engine';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(argv: readonly string[] = [], engine: TestEngineOptions = {}): Promise<TestServer> {
  server = await startTestServer({ engine, model: await loadTinyModel(), argv });
  return server;
}

function complete(url: string): Promise<Response> {
  return fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'Hi', max_tokens: 4, stream: true }),
  });
}

interface Report {
  readonly status: string;
  readonly error: object;
  readonly details: Readonly<Record<string, unknown>>;
}

async function probe(url: string, path: string): Promise<readonly [number, Report]> {
  const response = await fetch(url + path);
  expect(response.headers.get('content-type')).toBe('application/json');
  return [response.status, (await response.json()) as Report];
}

const up = { status: 'up' };
const down = (message: string) => ({ status: 'down', message });

describe('/health/live', () => {
  it('tells how late the event loop is', async () => {
    const { url } = await start();
    expect(await probe(url, '/health/live')).toEqual([
      200,
      {
        status: 'ok',
        info: { eventLoop: { status: 'up', lagMs: expect.any(Number) as number } },
        error: {},
        details: { eventLoop: { status: 'up', lagMs: expect.any(Number) as number } },
      },
    ]);
  });

  it('fails when the event loop stood still, and for no fault of the engine', async () => {
    const { url, engine } = await start(['--max-event-loop-lag', '0.2']);
    engine.die('gone');
    await until(async () => (await fetch(`${url}/health`)).status === 503);
    await until(async () => {
      const end = performance.now() + 300;
      while (performance.now() < end);
      return (await fetch(`${url}/health/live`)).status === 503;
    });
    const [, { error }] = await probe(url, '/health/live');
    expect(error).toEqual({
      eventLoop: {
        status: 'down',
        lagMs: expect.any(Number) as number,
        message: 'the event loop stood still for more than 200 ms',
      },
    });
  });
});

describe('/health/ready', () => {
  it('says what it looked at', async () => {
    const { url } = await start();
    const details = {
      engine: up,
      scaling: up,
      progress: { status: 'up', requests: 0, silentMs: 0 },
      server: up,
      queue: up,
    };
    expect(await probe(url, '/health/ready')).toEqual([200, { status: 'ok', info: details, error: {}, details }]);
  });

  it('fails with the engine, and tells strangers nothing of its last words', async () => {
    const { url, engine } = await start();
    engine.die('File "/opt/secret.py", line 1');
    await until(async () => (await fetch(`${url}/health`)).status === 503);
    const [status, { error }] = await probe(url, '/health/ready');
    expect([status, error]).toEqual([503, { engine: down('the engine died') }]);
  });

  it('fails while an engine makes nothing of what it was given', async () => {
    const { url, engine } = await start(['--engine-stall-timeout', '0.05']);
    const arrival = engine.next();
    const streamed = await complete(url);
    const arrived = await arrival;
    await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
    const [, { error }] = await probe(url, '/health/ready');
    expect(error).toEqual({
      progress: {
        status: 'down',
        requests: 1,
        silentMs: expect.any(Number) as number,
        message: 'requests run, and nothing has come of them for 0.05 s',
      },
    });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    arrived.say({ newTokenIds: [395], finishReason: 'length' });
    await streamed.text();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('fails while the queue is full, when requests are sent away too', async () => {
    const { url, engine } = await start(['--max-num-queued-tokens', '1']);
    const arrival = engine.next();
    const streamed = await complete(url);
    const arrived = await arrival;
    const message =
      'The engine has reached its prefill token backlog limit. Please try again later or on a different instance.';
    const [status, { error }] = await probe(url, '/health/ready');
    expect([status, error]).toEqual([503, { queue: down(message) }]);

    const refused = await complete(url);
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
      503,
      '2',
      { error: { message, type: 'Service Unavailable', param: null, code: 503 } },
    ]);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('reason="max_num_queued_tokens"} 1.0\n');

    const reader = streamed.body?.getReader();
    arrived.say({ newTokenIds: [395] });
    await reader?.read();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });
});
