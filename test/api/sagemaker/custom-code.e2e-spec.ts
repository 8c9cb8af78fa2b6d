import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createLogger } from '@app/logging';
import { RequestContext } from '@server/http/request-context';
import { openSocket, rawExchange } from '@support/raw-http';
import { Speaker } from '@support/speaker';
import { startTestServer } from '@support/test-server';
import type { TestServer, TestServerOptions } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const SCRIPT = `
export const custom_sagemaker_ping_handler = () => new Response('custom', { status: 202, headers: { 'x-a': '1' } });

export async function custom_sagemaker_invocation_handler(request, next) {
  const { kind, ...body } = await request.json();
  const ask = (value) => next(new Request(request, { body: JSON.stringify(value) }));
  switch (kind) {
    case 'value': return { answer: [1, 'é'] };
    case 'text': return 'text';
    case 'nothing': return;
    case 'fault': throw new Error('a secret');
    case 'late fault': await ask(body); throw new Error('a secret');
    case 'wait': return new Promise((resolve) => request.signal.addEventListener('abort', () => resolve(globalThis.customCodeLeft?.())));
    case 'unread': return next(request);
    case 'stream': return new Response(ReadableStream.from([new TextEncoder().encode('data: 1\\n\\n')]), { headers: { 'content-type': 'text/event-stream' } });
    case 'changed': {
      const answer = await ask(body);
      return Response.json({ status: answer.status, text: (await answer.json()).choices?.[0].text });
    }
    default: return ask(body);
  }
}
`;

const HOOKS = `
export async function throttle(request, next) {
  if (request.headers.get('x-busy')) return Response.json({ error: 'busy' }, { status: 429, headers: { 'retry-after': '1' } });
  if (request.headers.get('x-rename')) return next(new Request(request, { headers: { authorization: 'Bearer key', 'x-request-id': 'renamed' } }));
  if (request.headers.get('x-other-body')) return next(new Request(request, { body: '{}' }));
  if (request.headers.get('x-wait')) {
    globalThis.throttleArrived();
    await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
    await next().finally(globalThis.throttleLeft);
  }
  const response = await next();
  response.headers.set('x-throttle', String(response.status));
  return response;
}
export async function before(request) {
  if (!request.url.endsWith('/invocations')) return;
  const body = await request.json();
  if (body.refuse) return new Response('no', { status: 403 });
  return new Request(request, { body: JSON.stringify({ prompt: 'Hi', ...body }) });
}
export function after(response) {
  response.headers.set('x-after', 'yes');
}
`;

const model = await loadTinyModel();
const speaker = new Speaker(model.tokenizer);

const lines: string[] = [];
const logger = createLogger({ destination: { write: (line: string) => void lines.push(line.slice(13)) } });

let folder: string;
let server: TestServer;
let hooked: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aerie-custom-'));
  await writeFile(join(folder, 'model.mjs'), SCRIPT);
  await writeFile(join(folder, 'hooks.mjs'), HOOKS);
  server = await start({ SAGEMAKER_MODEL_PATH: folder });
  hooked = await start(
    {
      SAGEMAKER_MODEL_PATH: folder,
      CUSTOM_SCRIPT_FILENAME: 'hooks.mjs',
      CUSTOM_FASTAPI_MIDDLEWARE_THROTTLE: 'model:throttle',
      CUSTOM_PRE_PROCESS: 'hooks.mjs#before',
      CUSTOM_POST_PROCESS: `${join(folder, 'hooks.mjs')}#after`,
      VLLM_API_KEY: 'key',
    },
    logger,
  );
});
afterAll(async () => {
  await Promise.all([server.close(), hooked.close()]);
  await rm(folder, { recursive: true });
});

function start(env: TestServerOptions['env'], logger?: TestServerOptions['logger']): Promise<TestServer> {
  return startTestServer({ env, model, logger, engine: { tasks: ['generate'], onRequest: speaker.answer } });
}

const invoke = (body: object, to = server, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${to.url}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key', ...headers },
    body: JSON.stringify(body),
  });

describe('custom handlers', () => {
  it('answer GET /ping, but not POST /ping or /health', async () => {
    const answers = await Promise.all([
      fetch(`${server.url}/ping`),
      fetch(`${server.url}/ping`, { method: 'POST' }),
      fetch(`${server.url}/health`),
    ]);
    expect(await Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]))).toEqual([
      [202, 'custom'],
      [200, ''],
      [200, ''],
    ]);
    expect(answers[0].headers.get('x-a')).toBe('1');
  });

  it.each([
    ['value', 200, 'application/json', '{"answer":[1,"é"]}'],
    ['text', 200, 'text/plain;charset=UTF-8', 'text'],
    ['nothing', 200, null, ''],
    ['stream', 200, 'text/event-stream', 'data: 1\n\n'],
  ])('answer POST /invocations with a %s', async (kind, status, type, text) => {
    const answer = await invoke({ kind });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([status, type, text]);
  });

  it('hand requests on to the server', async () => {
    speaker.say('Hello.');
    expect(await (await invoke({ kind: 'changed', prompt: 'Hi' })).json()).toEqual({ status: 200, text: 'Hello.' });
    speaker.say('Hello.');
    expect(await (await invoke({ prompt: 'Hi' })).json()).toMatchObject({ object: 'text_completion' });
    expect(await (await invoke({ kind: 'changed' })).json()).toEqual({ status: 400 });
  });

  it('hand on what they have read as it came', async () => {
    const answer = await invoke({ kind: 'unread', prompt: '' });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { param: 'prompt' } }]);
  });

  it('let event streams pass', async () => {
    speaker.say('Hello.');
    const answer = await invoke({ prompt: 'Hi', stream: true });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await answer.text()).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('hear when the client goes away', async () => {
    const leaving = new AbortController();
    const left = new Promise<void>((resolve) => Object.assign(globalThis, { customCodeLeft: resolve }));
    const answering = fetch(`${server.url}/invocations`, {
      method: 'POST',
      body: '{"kind":"wait"}',
      signal: leaving.signal,
    });
    // Another request of the same server is answered meanwhile.
    expect((await invoke({ kind: 'text' })).status).toBe(200);
    leaving.abort();
    await answering.catch(() => undefined);
    await left;
  });

  it.each(['fault', 'late fault'])('do not show their faults: a %s', async (kind) => {
    lines.length = 0;
    const logged = await start({ SAGEMAKER_MODEL_PATH: folder }, logger);
    speaker.say('Hello.');
    const answer = await invoke({ kind, prompt: 'Hi' }, logged);
    expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
      500,
      'application/json',
      { error: { message: 'Internal server error', type: 'InternalServerError', param: null, code: 500 } },
    ]);
    expect(lines.join('')).toContain('a secret');
    await logged.close();
  });
});

describe('hooks', () => {
  it('stand around every route, the throttle around the keys too', async () => {
    const open = await fetch(`${hooked.url}/v1/models`, { headers: { authorization: 'Bearer key' } });
    expect([open.status, open.headers.get('x-throttle'), open.headers.get('x-after')]).toEqual([200, '200', 'yes']);
    expect(await open.json()).toMatchObject({ object: 'list' });
    const closed = await fetch(`${hooked.url}/v1/models`);
    expect([closed.status, closed.headers.get('x-throttle'), closed.headers.get('x-after')]).toEqual([
      401,
      '401',
      null,
    ]);
    const busy = await fetch(`${hooked.url}/v1/models`, { headers: { 'x-busy': '1' } });
    expect([busy.status, busy.headers.get('retry-after'), await busy.json()]).toEqual([429, '1', { error: 'busy' }]);
    const nowhere = await fetch(`${hooked.url}/nowhere`, { headers: { authorization: 'Bearer key' } });
    expect([nowhere.status, nowhere.headers.get('x-throttle'), await nowhere.json()]).toEqual([
      404,
      '404',
      { detail: 'Not Found' },
    ]);
  });

  it('change requests, or end them', async () => {
    speaker.say('Hello.');
    const answer = await invoke({}, hooked);
    expect([answer.status, answer.headers.get('x-after'), await answer.json()]).toEqual([
      200,
      'yes',
      expect.objectContaining({ object: 'text_completion' }),
    ]);
    const refused = await invoke({ refuse: true }, hooked);
    expect([refused.status, await refused.text()]).toEqual([403, 'no']);
  });

  it.each([
    ['Content-Length', JSON.stringify({ prompt: 'Hi' })],
    ['chunks', new Blob([JSON.stringify({ prompt: 'Hi' })]).stream()],
  ])('put other headers in the place of a request, whose body follows: by %s', async (_, body) => {
    speaker.say('Hello.');
    const answer = await fetch(`${hooked.url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-rename': 'yes' },
      body,
      duplex: 'half',
    });
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ id: 'cmpl-renamed' })]);
  });

  it('put no other body in the place of one that is still to come', async () => {
    const answer = await invoke({ prompt: 'Hi' }, hooked, { 'x-other-body': 'yes' });
    expect([answer.status, await answer.json()]).toMatchObject([500, { error: { message: 'Internal server error' } }]);
    expect(lines.join('')).toContain('a request cannot get another body before its own has been read');
  });

  it('refuse requests with an access line', async () => {
    const refused = await fetch(`${hooked.url}/refused`, { headers: { 'x-busy': '1' } });
    await refused.text();
    await vi.waitFor(() => expect(lines.join('')).toContain('GET /refused client=127.0.0.1 status=429'));
  });

  it.each([
    ['1.2.3.4.5', 200],
    ['a:99999', 200],
    ['xn--a', 200],
    ['a b', 400],
    ['', 400],
  ])('live with the Host "%s"', async (host, status) => {
    const head = `GET /v1/models HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer key\r\n\r\n`;
    const answer = await rawExchange(hooked.url, head);
    expect([answer.status, answer.headers['x-throttle']]).toEqual([status, String(status)]);
  });

  it('end when the client leaves while they work, and nothing is begun for it', async () => {
    const setDeadline = vi.spyOn(RequestContext.prototype, 'setDeadline');
    const arrived = new Promise<void>((resolve) => Object.assign(globalThis, { throttleArrived: resolve }));
    const left = new Promise<void>((resolve) => Object.assign(globalThis, { throttleLeft: resolve }));
    const socket = await openSocket(hooked.url);
    socket.write(
      'POST /invocations HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer key\r\nX-Request-Timeout-Ms: 60000\r\nX-Wait: yes\r\nContent-Length: 2\r\n\r\n{}',
    );
    await arrived;
    socket.destroy();
    await left;
    expect(setDeadline).not.toHaveBeenCalled();
    setDeadline.mockRestore();
  });
});
