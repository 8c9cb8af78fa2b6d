import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ model: await loadTinyModel() });
  // The first chat starts what renders.
  const arrival = server.engine.next();
  const answer = ask('/v1/chat/completions', '60000');
  (await arrival).say({ newTokenIds: [395], finishReason: 'length' });
  await (await answer).text();
});
afterAll(() => server.close());

const BODIES = {
  '/v1/completions': { prompt: 'Hi' },
  '/v1/chat/completions': { messages: [{ role: 'user', content: 'Hi' }] },
} as const;

function ask(path: keyof typeof BODIES, timeoutMs: string, more: object = {}, to = server): Promise<Response> {
  return fetch(to.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-timeout-ms': timeoutMs },
    body: JSON.stringify({ ...BODIES[path], max_tokens: 8, ...more }),
  });
}

const late = (timeoutMs: number) => ({
  message: `The request was not complete after ${timeoutMs} ms, the time it was given.`,
  type: 'DeadlineExceededError',
  param: null,
  code: 504,
});

describe('x-request-timeout-ms', () => {
  it.each(['/v1/completions', '/v1/chat/completions'] as const)(
    '%s: a whole answer that comes too late is a 504, and its request ends in the engine',
    async (path) => {
      const [arrival, aborted] = [server.engine.next(), server.engine.nextAbort()];
      const response = await ask(path, '500');
      expect([response.status, response.headers.get('x-should-retry'), await response.json()]).toEqual([
        504,
        'false',
        { error: late(500) },
      ]);
      const { request } = await arrival;
      await aborted;
      expect(server.engine.aborted).toContain(request.requestId);
    },
  );

  it.each([
    [
      '/v1/completions',
      `data: {"error": {"message": "${late(500).message}", "type": "DeadlineExceededError", "param": null, "code": 504}}`,
    ],
    ['/v1/chat/completions', `data: ${JSON.stringify({ error: late(500) })}`],
  ] as const)('%s: a stream ends with what it has, an error event and the end marker', async (path, event) => {
    const [arrival, aborted] = [server.engine.next(), server.engine.nextAbort()];
    const response = await ask(path, '500', { stream: true });
    const arrived = await arrival;
    arrived.say({ newTokenIds: [395] });
    const events = (await response.text()).split('\n\n');
    expect([response.status, events.slice(-3)]).toEqual([200, [event, 'data: [DONE]', '']]);
    await aborted;
    expect(server.engine.aborted).toContain(arrived.request.requestId);
  });

  it('does nothing to an answer in time', async () => {
    const arrival = server.engine.next();
    const answer = ask('/v1/completions', '60000');
    (await arrival).say({ newTokenIds: [395], finishReason: 'length' });
    expect((await answer).status).toBe(200);
  });

  it.each(['0', '-5', '1.5', 'soon', ''])('is refused as "%s", before the body is looked at', async (timeoutMs) => {
    const response = await ask('/v1/completions', timeoutMs, { prompt: 5.5 });
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        error: {
          message: 'x-request-timeout-ms must be a positive integer.',
          type: 'BadRequestError',
          param: 'x-request-timeout-ms',
          code: 400,
        },
      },
    ]);
  });

  it('is nothing to routes without a model', async () => {
    expect((await fetch(`${server.url}/metrics`, { headers: { 'x-request-timeout-ms': 'soon' } })).status).toBe(200);
  });
});

describe('--max-request-duration', () => {
  it('bounds what clients ask for', async () => {
    const own = await startTestServer({ model: await loadTinyModel(), argv: ['--max-request-duration', '0.05'] });
    try {
      const answers = await Promise.all([
        ask('/v1/completions', '60000', {}, own),
        ask('/v1/completions', '60000', {}, own),
      ]);
      expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
        { error: late(50) },
        { error: late(50) },
      ]);
    } finally {
      await own.close();
    }
  });
});
