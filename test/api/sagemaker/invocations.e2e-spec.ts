import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Speaker } from '@support/speaker';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const model = await loadTinyModel();
const speaker = new Speaker(model.tokenizer);
const messages = [{ role: 'user', content: 'Hi' }];
const JSON_TYPE = { 'content-type': 'application/json' };

let server: TestServer;
let withoutModel: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    argv: ['--served-model-name', 'tiny', '--enable-server-load-tracking'],
    model,
    engine: { tasks: ['generate'], onRequest: speaker.answer },
  });
  withoutModel = await startTestServer();
});
afterAll(() => Promise.all([server.close(), withoutModel.close()]));

interface Sent {
  readonly to?: TestServer;
  readonly headers?: Readonly<Record<string, string>>;
}

function post(path: string, body: unknown, { to = server, headers = {} }: Sent = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${to.url}${path}`, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: text });
}

const invoke = (body: unknown, sent: Sent = {}): Promise<Response> => post('/invocations', body, sent);

async function errorOf(answering: Promise<Response>): Promise<unknown> {
  const answer = await answering;
  const { error } = (await answer.json()) as { readonly error: { readonly code: number } };
  expect(answer.status).toBe(error.code);
  return error;
}

const bad = (message: string, param: string | null = null, type = 'BadRequestError') => ({
  message,
  type,
  param,
  code: 400,
});

/** The same answers have other times and ids. */
const timeless = (text: string): string => text.replace(/"created":\d+/g, '"created":0');

describe('POST /invocations', () => {
  it.each([
    ['chat', '/v1/chat/completions', { messages }],
    ['a chat stream', '/v1/chat/completions', { messages, stream: true, stream_options: { include_usage: true } }],
    ['a completion', '/v1/completions', { prompt: 'Hi' }],
    ['a completion stream', '/v1/completions', { prompt: 'Hi', stream: true }],
    ['a body with messages and a prompt, which is chat', '/v1/chat/completions', { messages, prompt: 'Hi' }],
  ])('answers %s as its own route does', async (_, path, body) => {
    const sent = { headers: { 'x-request-id': 'one' } };
    const ask = async (route: string) => {
      speaker.say('Hello.');
      const answer = await post(route, body, sent);
      const text = timeless(await answer.text());
      const { requestId: _id, externalRequestId: _external, arrivalTime: _time, ...request } = speaker.lastRequest;
      return { status: answer.status, type: answer.headers.get('content-type'), text, request };
    };
    const own = await ask(path);
    expect(own.status).toBe(200);
    expect(own.text).toContain('ello');
    expect(await ask('/invocations')).toEqual(own);
  });

  it('throws away the model of the body, and takes the one of the adapter header', async () => {
    speaker.say('Hello.');
    const answer = await invoke({ model: 'nope', prompt: 'Hi' });
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ model: 'tiny' })]);
    const headers = { 'X-Amzn-SageMaker-Adapter-Identifier': 'nope' };
    expect(await errorOf(invoke({ model: 'tiny', prompt: 'Hi' }, { headers }))).toEqual({
      message: 'The model `nope` does not exist. Valid aliases: tiny.',
      type: 'NotFoundError',
      param: 'model',
      code: 404,
    });
  });

  it.each([
    ['{"input":"Hi"}', 'an unknown form'],
    ['{}', 'nothing'],
    ['[]', 'a list'],
    ['"messages"', 'a text'],
    ['null', 'null'],
  ])('names the forms it takes for %s, %s', async (body) => {
    const forms = "['ChatCompletionRequest', 'CompletionRequest']";
    expect(await errorOf(invoke(body))).toEqual(
      bad(`Cannot find suitable handler for request. Expected one of: ${forms}`),
    );
  });

  it('reports the faults of the form that the body has the keys of', async () => {
    expect(await errorOf(invoke({ messages, prompt: 5, temperature: 'hot' }))).toMatchObject({
      type: 'Bad Request',
      param: 'body.temperature',
    });
    expect(await errorOf(invoke({ prompt: '' }))).toEqual(
      bad('Either prompt or prompt_embeds must be provided and non-empty. (parameter=prompt)', 'prompt'),
    );
  });

  it('has no forms without a model', async () => {
    expect(await errorOf(invoke({ messages }, { to: withoutModel }))).toEqual(
      bad('Cannot find suitable handler for request. Expected one of: []'),
    );
  });

  it.each([
    ['', 'JSON decode error: Expecting value: line 1 column 1 (char 0)'],
    ['{"prompt":', 'JSON decode error: Expecting value: line 1 column 11 (char 10)'],
  ])('refuses what is no JSON: %j', async (body, message) => {
    expect(await errorOf(invoke(body))).toEqual(bad(message, null, 'Bad Request'));
  });

  it('looks at the content type before the JSON', async () => {
    const headers = { 'content-type': 'text/plain' };
    const message = "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed";
    expect(await errorOf(invoke('{"prompt":', { headers }))).toEqual(bad(message, null, 'Bad Request'));
  });

  it('ends the engine’s work, and its part of the load, when the client goes away', async () => {
    const arrival = server.engine.next();
    const leaving = new AbortController();
    const answering = fetch(`${server.url}/invocations`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ messages, stream: true }),
      signal: leaving.signal,
    });
    const { request } = await arrival;
    const load = async () => (await fetch(`${server.url}/load`)).json();
    expect(await load()).toEqual({ server_load: 1 });
    const aborted = server.engine.nextAbort();
    leaving.abort();
    await answering.catch(() => undefined);
    await aborted;
    expect(server.engine.aborted).toContain(request.requestId);
    expect(await load()).toEqual({ server_load: 0 });
  });

  it('is counted under its own name', async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const counted = metrics.split('\n').filter((line) => line.startsWith('http_requests_total{'));
    expect(counted).toContainEqual(expect.stringMatching(/handler="\/invocations",method="POST",status="2xx"/));
  });
});
