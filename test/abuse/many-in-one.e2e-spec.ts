import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { until } from '@support/metrics';
import { openSocket } from '@support/raw-http';
import type { TestEngine } from '@support/test-engine';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const BATCH = '/v1/chat/completions/batch';
const conversations = (count: number) => Array.from({ length: count }, () => [{ role: 'user', content: 'Hi' }]);
const ids = (count: number) => Array.from({ length: count }, (_, index) => index % 8000);

const model = await loadTinyModel();
let server: TestServer;
let engine: TestEngine;
beforeAll(async () => {
  server = await startTestServer({
    argv: ['--enable-scale-out', '--enable-server-load-tracking', '--trust-request-chat-template'],
    engine: { info: { maxModelLen: 8192 } },
    model,
  });
  engine = server.engine;
});
beforeEach(async () => {
  // What the test before has sent is there when the engine answers.
  await engine.client.utility('is_sleeping', []);
  engine.requests.splice(0);
});
afterAll(() => server.close());

function post(path: string, body: object, signal?: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal });
}

/** Longest turn of the event loop while `work` was done, in milliseconds. */
async function stallOf(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

async function nothingRuns(): Promise<void> {
  await until(async () => {
    const { server_load } = (await (await fetch(`${server.url}/load`)).json()) as { server_load: number };
    return server_load === 0;
  });
}

/** Sends a request, and goes away as soon as the server encodes the first text of it. */
async function leaveWhileEncoding(path: string, body: object): Promise<number> {
  const socket = await openSocket(server.url);
  const encode = vi.spyOn(model.tokenizer, 'encode');
  const text = JSON.stringify(body);
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  await until(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return encode.mock.calls.length > 0;
  });
  socket.destroy();
  await once(socket, 'close');
  // More turns than it would take to encode the rest.
  for (let turn = 0; turn < 20_000; turn++) await new Promise((resolve) => setImmediate(resolve));
  const { length } = encode.mock.calls;
  encode.mockRestore();
  return length;
}

describe('many conversations in one request', () => {
  it('share what they have in common, and neither hold the server up nor fill its memory', async () => {
    const client = new AbortController();
    const body = { messages: conversations(500), max_tokens: 1, allowed_token_ids: ids(20_000) };
    const given = vi.spyOn(engine.client, 'add');
    const stall = await stallOf(async () => {
      const answer = post(BATCH, body, client.signal);
      await until(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return given.mock.calls.length === 500;
      });
      client.abort();
      await expect(answer).rejects.toThrow();
    });
    expect(new Set(given.mock.calls.map(([request]) => request.sampling.allowedTokenIds)).size).toBe(1);
    expect(stall).toBeLessThan(1000);
    await nothingRuns();
  });

  it('have a bound on their prompts together', async () => {
    const answer = await post(BATCH, { messages: conversations(1024), chat_template: "{{ 'Hi ' * 2500 }}" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { message: expect.stringContaining('tokens together') as string, param: 'messages' },
    });
    expect(engine.requests).toEqual([]);
  });

  it('are no longer prepared when their client has left', async () => {
    expect(await leaveWhileEncoding(BATCH, { messages: conversations(1024) })).toBeLessThan(100);
    expect(engine.requests).toEqual([]);
  });
});

it('the items of a score are no longer encoded when their client has left', async () => {
  const items = Array.from({ length: 1024 }, (_, index) => `item ${index}`);
  expect(await leaveWhileEncoding('/generative_scoring', { query: 'Hello', items, label_token_ids: [1] })).toBeLessThan(
    100,
  );
  expect(engine.requests).toEqual([]);
});

describe('many prompts in one request', () => {
  it('have a bound on the requests they are rendered to, and are rendered in turns', async () => {
    const prompt = Array.from({ length: 1024 }, () => [5]);
    let answer: Response | undefined;
    const stall = await stallOf(async () => {
      answer = await post('/v1/completions/render', { prompt, allowed_token_ids: ids(20_000) });
    });
    expect(answer?.status).toBe(400);
    expect(await answer?.json()).toMatchObject({ error: { param: 'prompt' } });
    // At once they take ten times as long.
    expect(stall).toBeLessThan(1000);
  });
});
