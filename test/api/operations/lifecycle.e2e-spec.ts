import { afterEach, describe, expect, it, vi } from 'vitest';
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

function complete(url: string, more: object = {}): Promise<Response> {
  return fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'Hi', max_tokens: 4, ...more }),
  });
}

const DEAD = {
  error: {
    message: 'The server had an error while processing your request.',
    type: 'InternalServerError',
    param: null,
    code: 500,
  },
};

describe('the death of the engine', () => {
  it('fails the probes, ends what runs and refuses what comes', async () => {
    const { url, engine } = await start();
    const arrivals = [engine.next(), engine.next()];
    const whole = complete(url);
    const streamed = await complete(url, { stream: true });
    await Promise.all(arrivals);
    engine.die('engine core 0 was ended by SIGKILL');
    const dead = await whole;
    expect([dead.status, await dead.json()]).toEqual([500, DEAD]);
    expect(await streamed.text()).toBe(
      'data: {"error": {"message": "The server had an error while processing your request.", "type": "InternalServerError", "param": null, "code": 500}}\n\ndata: [DONE]\n\n',
    );
    const probes = await Promise.all(['/health', '/ping'].map((path) => fetch(url + path)));
    expect(await Promise.all(probes.map(async (probe) => [probe.status, await probe.text()]))).toEqual([
      [503, ''],
      [503, ''],
    ]);
    const refused = await complete(url);
    expect([refused.status, await refused.json()]).toEqual([500, DEAD]);
    expect((await fetch(`${url}/v1/models`)).status).toBe(200);
  });
});

describe('closing', () => {
  it('lets running answers finish, then closes the engine', async () => {
    const { url, engine, server: aerie } = await start();
    const engineClosed = vi.spyOn(engine.client, 'close');
    const arrival = engine.next();
    const answer = complete(url);
    const arrived = await arrival;
    const closed = aerie.close({ drainTimeoutMs: 60_000 });
    arrived.say({ newTokenIds: [395], finishReason: 'length' });
    expect((await answer).status).toBe(200);
    await closed;
    expect(engineClosed).toHaveBeenCalled();
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });

  it('ends what runs with what there is when there is no time to finish', async () => {
    const { url, engine, server: aerie } = await start();
    const engineClosed = vi.spyOn(engine.client, 'close');
    const arrival = engine.next();
    const streamed = await complete(url, { stream: true });
    (await arrival).say({ newTokenIds: [395] });
    const waiting = engine.next();
    const whole = complete(url);
    await waiting;
    const closed = aerie.close({ drainTimeoutMs: 0 });
    const last = (await streamed.text()).split('\n\n').slice(-3);
    expect([/"finish_reason":\s*"(\w+)"/.exec(last[0])?.[1], ...last.slice(1)]).toEqual(['abort', 'data: [DONE]', '']);
    const { choices } = (await (await whole).json()) as { choices: { finish_reason: string }[] };
    expect(choices.map(({ finish_reason: reason }) => reason)).toEqual(['abort']);
    await closed;
    expect(engineClosed).toHaveBeenCalled();
  });
});

describe('a full queue', () => {
  it('is answered with 503 before anything is sent', async () => {
    const { url, engine } = await start(['--max-num-queued-reqs', '2'], { stepping: 'batch', info: { maxNumSeqs: 1 } });
    const arrivals = [engine.next(), engine.next(), engine.next()];
    const streams = [complete(url, { stream: true }), complete(url, { stream: true }), complete(url, { stream: true })];
    const [running] = await Promise.all(arrivals);
    // One runs, two wait; the front end hears of it with the first token.
    running.say({ newTokenIds: [395] });
    const reader = (await Promise.race(streams)).body?.getReader();
    await reader?.read();
    const response = await complete(url);
    expect([response.status, await response.json()]).toEqual([
      503,
      {
        error: {
          message:
            'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.',
          type: 'Service Unavailable',
          param: null,
          code: 503,
        },
      },
    ]);
    expect(engine.requests).toHaveLength(3);
  });
});

describe('/load', () => {
  it('counts what runs, until its client is served or gone', async () => {
    const { url, engine } = await start(['--enable-server-load-tracking']);
    const load = async (): Promise<unknown> => (await fetch(`${url}/load`)).json();
    const arrival = engine.next();
    const answer = complete(url);
    const arrived = await arrival;
    expect(await load()).toEqual({ server_load: 1 });
    arrived.say({ newTokenIds: [395], finishReason: 'length' });
    await (await answer).text();
    expect(await load()).toEqual({ server_load: 0 });
  });
});

describe('/metrics', () => {
  it('counts answers by route template and status class, probes not at all', async () => {
    const { url, engine } = await start();
    const arrival = engine.next();
    const answer = complete(url);
    const arrived = await arrival;
    arrived.say({ newTokenIds: [395, 395], finishReason: 'length' });
    await (await answer).text();
    await (await complete(url, { n: 'x' })).text();
    await (await fetch(`${url}/nothing`)).text();
    await (await fetch(`${url}/health`)).text();
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=1.0.0; charset=utf-8');
    const lines = (await response.text()).split('\n').filter((line) => line.startsWith('http_requests_total{'));
    const counted = lines.map((line) => {
      const label = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`).exec(line)?.[1];
      return [label('method'), label('handler'), label('status'), line.split(' ').at(-1)];
    });
    expect(counted).toEqual([
      ['POST', '/v1/completions', '2xx', '1.0'],
      ['POST', '/v1/completions', '4xx', '1.0'],
      ['GET', 'none', '4xx', '1.0'],
    ]);
  });
});
