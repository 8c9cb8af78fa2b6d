import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineRequest } from '@app/engine-protocol';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    engine: { onRequest: (arrived) => arrived.say({ newTokenIds: [925], finishReason: 'length' }) },
    model: await loadTinyModel(),
  });
});
afterAll(() => server.close());

/** What the engine was asked last, but for what two requests never share. */
function asked(): unknown {
  const {
    requestId: _id,
    arrivalTime: _time,
    ...request
  } = server.engine.requests.at(-1)?.request ?? ({} as EngineRequest);
  return request;
}

const TEXT = ['/v1/completions', { prompt: 'Hello' }] as const;
const CHAT = ['/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }] }] as const;
const COUNT = ['/tokenize', { messages: [{ role: 'user', content: 'Hi' }] }] as const;

function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

async function errorOf(path: string, body: object): Promise<unknown> {
  const response = await post(path, body);
  expect(response.status).toBe(400);
  return ((await response.json()) as { readonly error: unknown }).error;
}

describe('odd requests', () => {
  it.each([
    [...CHAT, { top_logprobs: true }, 'top_logprobs', 'when using `top_logprobs`, `logprobs` must be set to true.'],
    [...TEXT, { prompt_logprobs: true, stream: true }, 'prompt_logprobs', '`prompt_logprobs` are not available'],
    [...TEXT, { suffix: 'x', prompt: [1] }, 'suffix', 'suffix requires text prompt input for FIM completion rendering'],
    [...TEXT, { suffix: 'x', prompt: ['a'] }, 'suffix', 'suffix is only supported for models with FIM'],
    [...TEXT, { structured_outputs: { structural_tag: 5 } }, 'structured_outputs', 'Invalid structured_outputs struct'],
    [...TEXT, { structured_outputs: { structural_tag: '{}' } }, 'structured_outputs', 'Invalid structured_outputs'],
    [...CHAT, { response_format: { type: 'structural_tag', format: {} } }, 'response_format', 'Invalid response_form'],
    [
      ...CHAT,
      { structured_outputs: { json: null }, response_format: { type: 'json_object' } },
      null,
      "You must use one kind of structured outputs constraint but none are specified: {'json': None,",
    ],
    [...TEXT, { return_mm_kwargs: 'x' }, 'body.return_mm_kwargs', "'type': 'bool_parsing'"],
    [...COUNT, { mm_processor_kwargs: 5 }, 'body.mm_processor_kwargs', "'type': 'dict_type'"],
    [
      ...COUNT,
      { mm_processor_kwargs: { a: 1 } },
      'mm_processor_kwargs',
      'Per-request mm_processor_kwargs are disabled',
    ],
    [...CHAT, { media_io_kwargs: { image: {} } }, 'media_io_kwargs', 'change multimodal media loading resource usage'],
    [...CHAT, { messages: 5, model: 5, temperature: 'x' }, 'body.messages', '3 validation errors'],
    [...TEXT, { n: 'x', echo: 'x', logprobs: 'x', prompt: 5 }, 'logprobs', '`logprobs` must be an integer.'],
    [...TEXT, { n: 'x', echo: 'x', prompt: {} }, 'body.prompt', 'validation errors'],
  ])('refuses %s %j with %j in the name of %s', async (...[path, body, odd, param, message]) => {
    expect(await errorOf(path, { ...body, ...odd })).toMatchObject({
      param,
      message: expect.stringContaining(message),
    });
  });

  it.each([{ logprob_token_ids: [] }, { kv_transfer_params: {} }, { ec_transfer_params: {} }, { session_id: '' }])(
    'takes %j for nothing',
    async (odd) => {
      for (const [path, body] of [TEXT, CHAT]) {
        const plain = await post(path, { ...body, request_id: 'same' });
        const expected = asked();
        const given = await post(path, { ...body, request_id: 'same', ...odd });
        expect([plain.status, given.status]).toEqual([200, 200]);
        expect(asked()).toEqual(expected);
      }
    },
  );

  it('gives the token that an echo costs, and a prompt of one token its place in logprobs', async () => {
    const echo = { prompt: [784], echo: true, max_tokens: 0, logprobs: 0, return_token_ids: true };
    const answer = (await (await post('/v1/completions', echo)).json()) as { readonly choices: readonly unknown[] };
    expect(answer.choices[0]).toMatchObject({
      token_ids: [925],
      prompt_logprobs: [null],
      logprobs: { tokens: ['The'], token_logprobs: [null] },
    });
  });

  it.each([TEXT, CHAT])('tells the load of the engine with a full answer of %s, when asked', async (path, body) => {
    const asks = { 'endpoint-load-metrics-format': 'text' };
    const load = async (...args: Parameters<typeof post>): Promise<string | null> => {
      const response = await post(...args);
      await response.text();
      return response.headers.get('endpoint-load-metrics');
    };
    expect(await load(path, body, asks)).toMatch(/^TEXT named_metrics\.num_requests_waiting=\d/);
    expect(await load(path, body)).toBeNull();
    expect(await load(path, { ...body, stream: true }, asks)).toBeNull();
    expect(await load(path, { ...body, temperature: 9 }, asks)).toBeNull();
  });
});
