import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FailedCallError } from '@app/engine-protocol';
import type { LoraRequest } from '@app/engine-protocol';
import { UnsupportedError } from '@app/errors';
import type { LoadedModel } from '@server/index';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const RUNTIME = { VLLM_ALLOW_RUNTIME_LORA_UPDATING: '1' };

let model: LoadedModel;
let server: TestServer;

beforeAll(async () => {
  model = await loadTinyModel();
  server = await startTestServer({
    argv: [
      ...[
        '--engine',
        'vllm',
        '--served-model-name',
        'tiny',
        'alias',
        '--enable-lora',
        '--enable-scale-out',
        '--max-lora-adapters',
        '4',
      ],
      ...[
        '--lora-modules',
        'static=/adapters/static',
        '{"name":"org/json","path":"/adapters/json","base_model_name":"alias"}',
      ],
    ],
    env: RUNTIME,
    model,
    engine: {
      info: { supportsLora: true },
      onRequest: (arrived) => arrived.say({ newTokenIds: [261], finishReason: 'stop' }),
    },
  });
});
afterAll(() => server.close());
beforeEach(() => server.engine.calls.splice(0));
afterEach(() => vi.restoreAllMocks());

function post(path: string, body: unknown): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function answer(path: string, body: unknown): Promise<readonly [status: number, text: string]> {
  const response = await post(path, body);
  return [response.status, await response.text()];
}

const load = (body: object) => answer('/v1/load_lora_adapter', body);
const unload = (body: object) => answer('/v1/unload_lora_adapter', body);
const failure = (code: number, type: string, message: string) => [
  code,
  JSON.stringify({ error: { message, type, param: null, code } }),
];

interface Card {
  readonly id: string;
}

async function cards(): Promise<readonly Card[]> {
  const { data } = (await (await fetch(`${server.url}/v1/models`)).json()) as { data: readonly Card[] };
  return data;
}

/** The adapter of the request that the engine gets last. */
const lastLora = (): LoraRequest | undefined => server.engine.requests.at(-1)?.request.lora;

const withoutWire = { baseModelName: undefined, loadInplace: false, is3dWeight: false };
const STATIC = { ...withoutWire, name: 'static', id: 1, path: '/adapters/static' };

describe('adapters of --lora-modules', () => {
  it('are listed behind the served names', async () => {
    const facts = { object: 'model', owned_by: 'vllm', max_model_len: null };
    expect((await cards()).slice(0, 4)).toMatchObject([
      { id: 'tiny', parent: null, max_model_len: 512 },
      { id: 'alias', parent: null, max_model_len: 512 },
      { ...facts, id: 'static', root: '/adapters/static', parent: 'tiny' },
      { ...facts, id: 'org/json', root: '/adapters/json', parent: 'alias' },
    ]);
  });

  const chat = { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 };
  it.each<[string, object]>([
    ['/v1/completions', { prompt: 'Hi', max_tokens: 1 }],
    ['/v1/chat/completions', chat],
    ['/v1/chat/completions/batch', { ...chat, messages: [chat.messages] }],
    ['/inference/v1/generate', { token_ids: [784], sampling_params: { max_tokens: 1 } }],
  ])('are what POST %s runs with when it names one', async (path, body) => {
    const response = await post(path, { ...body, model: 'static' });
    const { model: named } = (await response.json()) as { model: string };
    expect([response.status, named, lastLora()]).toEqual([200, 'static', STATIC]);
    await post(path, { ...body, model: 'alias' });
    expect(lastLora()).toBeUndefined();
  });

  it('are named by a rendered request, which the generating server understands', async () => {
    const rendered = await post('/v1/chat/completions/render', { ...chat, model: 'static' });
    expect(await rendered.json()).toMatchObject({ model: 'static' });
    expect((await post('/tokenize', { prompt: 'Hi', model: 'static' })).status).toBe(200);
  });

  it('stream under their own name', async () => {
    const text = await (await post('/v1/completions', { prompt: 'Hi', model: 'static', stream: true })).text();
    expect(JSON.parse(text.split('\n\n')[0].slice(6))).toMatchObject({ model: 'static' });
  });

  it('are not those of another server', async () => {
    const [status, text] = await answer('/v1/completions', { prompt: 'Hi', model: 'other' });
    expect([status, text]).toEqual([404, expect.stringContaining('Valid aliases: tiny, alias.')]);
  });
});

describe('POST /v1/load_lora_adapter', () => {
  afterEach(async () => {
    await unload({ lora_name: 'new' });
  });

  it('loads, answers without a content type, and serves the name', async () => {
    const response = await post('/v1/load_lora_adapter', { lora_name: 'new', lora_path: '/adapters/new' });
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      null,
      "Success: LoRA adapter 'new' added successfully.",
    ]);
    const [[method, [elements]]] = server.engine.calls as [[string, unknown[][]]];
    expect([method, elements]).toEqual(['add_lora', ['new', expect.any(Number), '/adapters/new', null, false, false]]);
    await post('/v1/completions', { prompt: 'Hi', model: 'new', max_tokens: 1 });
    expect(lastLora()).toEqual({ ...withoutWire, name: 'new', id: elements[1], path: '/adapters/new' });
    expect((await cards()).map(({ id }) => id)).toContain('new');
  });

  it('takes the place of an adapter under the same id when asked to', async () => {
    await load({ lora_name: 'new', lora_path: '/adapters/new' });
    await load({ lora_name: 'new', lora_path: '/adapters/newer', load_inplace: true, is_3d_lora_weight: true });
    const [[, [first]], [, [second]]] = server.engine.calls as [string, unknown[][]][];
    expect(second).toEqual(['new', first[1], '/adapters/newer', null, true, true]);
    await post('/v1/completions', { prompt: 'Hi', model: 'new', max_tokens: 1 });
    // A request that asked to load it again would do so every time.
    expect(lastLora()).toMatchObject({ path: '/adapters/newer', loadInplace: false, is3dWeight: true });
  });

  it('loads a name once, however many ask at the same time', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => load({ lora_name: 'new', lora_path: '/adapters/new' })));
    expect(answers.map(([status]) => status).sort()).toEqual([200, 400, 400]);
    expect(server.engine.calls).toHaveLength(1);
  });

  it.each<[object, string]>([
    [{ lora_name: '', lora_path: '/a' }, "Both 'lora_name' and 'lora_path' must be provided."],
    [{ lora_name: 'a', lora_path: '' }, "Both 'lora_name' and 'lora_path' must be provided."],
    [{ lora_name: 'alias', lora_path: '/a' }, "The lora adapter 'alias' conflicts with a served base model."],
    [
      { lora_name: 'static', lora_path: '/a' },
      "The lora adapter 'static' has already been loaded. If you want to load the adapter in place, set 'load_inplace' to True.",
    ],
    ...['a/b', 'a\\b', 'a\nb', '..'].map((name): [object, string] => [
      { lora_name: name, lora_path: '/a' },
      "'lora_name' must not contain slashes or control characters, and must not be '.' or '..'.",
    ]),
    [{ lora_name: 'x'.repeat(257), lora_path: '/a' }, "'lora_name' must have at most 256 characters."],
    [{ lora_name: 'a', lora_path: 'x'.repeat(4097) }, "'lora_path' must have at most 4096 characters."],
    ...['../../etc', '/adapters/../x', 'a\0b'].map((path): [object, string] => [
      { lora_name: 'a', lora_path: path },
      "'lora_path' must not contain '..' segments or control characters.",
    ]),
  ])('refuses %j', async (body, message) => {
    expect(await load(body)).toEqual(failure(400, 'InvalidUserInput', message));
    expect(server.engine.calls).toEqual([]);
  });

  it('loads no more than the operator allows', async () => {
    await load({ lora_name: 'new', lora_path: '/a' });
    await load({ lora_name: 'fourth', lora_path: '/a' });
    expect(await load({ lora_name: 'fifth', lora_path: '/a' })).toEqual(
      failure(400, 'InvalidUserInput', 'At most 4 LoRA adapters may be loaded; unload one first.'),
    );
    await unload({ lora_name: 'fourth' });
  });

  it.each([
    [
      new FailedCallError('add_lora', 'Loading lora new failed: No adapter found for adapters'),
      failure(404, 'NotFoundError', 'Loading lora new failed: No adapter found for adapters'),
    ],
    [
      new FailedCallError('add_lora', 'rank 64 is greater than max_lora_rank 16'),
      failure(500, 'InternalServerError', 'Call to add_lora method failed: rank 64 is greater than max_lora_rank 16'),
    ],
    [new UnsupportedError('The engine cannot.'), failure(501, 'NotImplementedError', 'The engine cannot.')],
  ])('tells what the engine made of it: %s', async (error, expected) => {
    vi.spyOn(server.engine.client, 'addLora').mockRejectedValue(error);
    expect(await load({ lora_name: 'new', lora_path: 'adapters' })).toEqual(expected);
    expect((await cards()).map(({ id }) => id)).not.toContain('new');
  });

  it('checks the body as every JSON route', async () => {
    expect(await load({ lora_name: 'a' })).toEqual([400, expect.stringContaining('body.lora_path')]);
    const plain = await fetch(`${server.url}/v1/load_lora_adapter`, { method: 'POST', body: '{}' });
    expect([plain.status, await plain.text()]).toEqual([400, expect.stringContaining('Unsupported Media Type')]);
  });
});

describe('POST /v1/unload_lora_adapter', () => {
  it('forgets the name; what runs with it goes on', async () => {
    await load({ lora_name: 'new', lora_path: '/adapters/new' });
    expect(await unload({ lora_name: 'new', lora_int_id: 7 })).toEqual([
      200,
      "Success: LoRA adapter 'new' removed successfully.",
    ]);
    expect((await answer('/v1/completions', { prompt: 'Hi', model: 'new' }))[0]).toBe(404);
    expect(server.engine.calls.map(([method]) => method)).toEqual(['add_lora']);
  });

  it('refuses what is not there', async () => {
    expect(await unload({ lora_name: 'new' })).toEqual(
      failure(404, 'NotFoundError', "The lora adapter 'new' cannot be found."),
    );
    expect(await unload({ lora_name: '' })).toEqual(
      failure(400, 'InvalidUserInput', "'lora_name' needs to be provided to unload a LoRA adapter."),
    );
  });
});

describe('an engine without adapters', () => {
  it('does not start with some', async () => {
    const starting = startTestServer({ argv: ['--engine', 'vllm', '--lora-modules', 'a=/a'], model });
    await expect(starting).rejects.toThrow('--lora-modules a: Call to add_lora method failed: LoRA is not enabled');
  });

  it('refuses to load one', async () => {
    const plain = await startTestServer({ env: RUNTIME, model });
    const response = await fetch(`${plain.url}/v1/load_lora_adapter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"lora_name":"a","lora_path":"/a"}',
    });
    expect(response.status).toBe(500);
    await plain.close();
  });

  it('has no routes for them unless they are opened', async () => {
    const closed = await startTestServer({ model });
    expect((await fetch(`${closed.url}/v1/load_lora_adapter`, { method: 'POST' })).status).toBe(404);
    await closed.close();
  });
});
