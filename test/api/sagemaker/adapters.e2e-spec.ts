import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const ALIAS = { 'X-Amzn-SageMaker-Adapter-Alias': 'other' };
const model = await loadTinyModel();

let server: TestServer;
let closed: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    argv: ['--served-model-name', 'tiny', '--enable-lora'],
    env: { VLLM_ALLOW_RUNTIME_LORA_UPDATING: '1' },
    model,
    engine: {
      info: { supportsLora: true },
      onRequest: (arrived) => arrived.say({ newTokenIds: [261], finishReason: 'stop' }),
    },
  });
  closed = await startTestServer();
});
afterAll(() => Promise.all([server.close(), closed.close()]));

type Headers = Readonly<Record<string, string>>;

async function register(body: unknown, { headers = {}, query = '' }: { headers?: Headers; query?: string } = {}) {
  const answer = await fetch(`${server.url}/adapters${query}`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return [answer.status, await answer.text()] as const;
}

async function unregister(name: string, headers: Headers = {}) {
  const answer = await fetch(`${server.url}/adapters/${name}`, { method: 'DELETE', headers });
  return [answer.status, await answer.text()] as const;
}

const failure = (code: number, type: string, message: string) => [
  code,
  JSON.stringify({ error: { message, type, param: null, code } }),
];

describe('adapters', () => {
  beforeEach(() => server.engine.calls.splice(0));

  it('are registered, run by the header, and unregistered', async () => {
    const answer = await fetch(`${server.url}/adapters`, {
      method: 'POST',
      body: '{"name":"one","src":"/adapters/one","load_inplace":true}',
    });
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      null,
      'Adapter one registered',
    ]);
    // In place and 3D are never asked for: SageMaker's form has no such fields.
    expect(server.engine.calls).toEqual([['add_lora', [['one', 1, '/adapters/one', null, false, false]]]]);
    const invoked = await fetch(`${server.url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'X-Amzn-SageMaker-Adapter-Identifier': 'one' },
      body: '{"prompt":"Hi","max_tokens":1}',
    });
    expect([invoked.status, await invoked.json()]).toEqual([200, expect.objectContaining({ model: 'one' })]);
    expect(server.engine.requests.at(-1)?.request.lora).toMatchObject({ name: 'one', path: '/adapters/one' });
    expect(await unregister('one')).toEqual([200, 'Adapter one unregistered']);
    expect(await unregister('one')).toEqual(failure(404, 'NotFoundError', "The lora adapter 'one' cannot be found."));
  });

  it('are named by the query when the body is no JSON', async () => {
    expect(await register('', { query: '?name=one&name=two&src=/adapters/two&pin=true' })).toEqual([
      200,
      'Adapter two registered',
    ]);
    expect(await unregister('two')).toEqual([200, 'Adapter two unregistered']);
  });

  it('are told by their alias', async () => {
    const adapter = { name: 'three', src: '/adapters/three' };
    expect(await register(adapter, { headers: ALIAS })).toEqual([200, 'Adapter other registered']);
    expect(await unregister('three', ALIAS)).toEqual([200, 'Adapter other unregistered']);
  });

  it.each([
    [
      { name: '', src: 5 },
      '[{"type":"value_error","loc":["name"],"msg":"Value error, The parameter name cannot be an empty string","input":"","ctx":{"error":"The parameter name cannot be an empty string"}},' +
        '{"type":"string_type","loc":["src"],"msg":"Input should be a valid string","input":5}]',
    ],
    [{ name: 'x' }, '[{"type":"missing","loc":["src"],"msg":"Field required","input":{"name":"x"}}]'],
    [
      'no json',
      '[{"type":"missing","loc":["name"],"msg":"Field required","input":{}},{"type":"missing","loc":["src"],"msg":"Field required","input":{}}]',
    ],
  ])('are not registered by %j', async (body, message) => {
    expect(await register(body)).toEqual(failure(400, 'Bad Request', message));
  });

  it('are refused as the LoRA routes refuse them', async () => {
    expect(await register({ name: 'tiny', src: '/adapters/tiny' })).toEqual(
      failure(400, 'InvalidUserInput', "The lora adapter 'tiny' conflicts with a served base model."),
    );
  });

  it('are not there unless the operator opens them', async () => {
    const answer = await fetch(`${closed.url}/adapters`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(404);
  });
});
