import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineRequest } from '@app/engine-protocol';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const model = await loadTinyModel();
const TEMPLATE = '{{ messages[0].content }}|{{ reasoning_effort }}|{{ enable_thinking }}';

let server: TestServer;
beforeAll(async () => {
  const argv = ['--chat-template', TEMPLATE, '--reasoning-effort-map', '{"medium": "low", "max": "none"}'];
  server = await startTestServer({ argv, model });
});
afterAll(() => server.close());

const ask = (body: object): Promise<Response> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], ...body }),
  });

/** What the engine was asked. */
async function requestOf(body: object): Promise<EngineRequest> {
  const arrival = server.engine.next();
  const answering = ask(body);
  const arrived = await arrival;
  arrived.say({ newTokenIds: [261], finishReason: 'length' });
  expect((await answering).status).toBe(200);
  return arrived.request;
}

const promptOf = async (body: object): Promise<string> =>
  model.tokenizer.decode((await requestOf(body)).promptTokenIds, { skipSpecialTokens: false });

describe('--reasoning-effort-map', () => {
  it.each([
    ['medium', 'Hi|low|True'],
    ['max', 'Hi|none|False'],
    ['high', 'Hi|high|True'],
  ])('shows the template what it has for %s', async (reasoning_effort, prompt) => {
    expect(await promptOf({ reasoning_effort })).toBe(prompt);
  });

  it('leaves a thinking switch of the request alone', async () => {
    const body = { reasoning_effort: 'max', chat_template_kwargs: { enable_thinking: true } };
    expect(await promptOf(body)).toBe('Hi|none|True');
  });
});

describe('token ids in kv_transfer_params', () => {
  const kv = (prompt_token_ids: unknown, more: object = {}) => ({
    kv_transfer_params: { prompt_token_ids, remote: 1 },
    ...more,
  });

  it.each<[string, object, boolean]>([
    ['are the prompt', kv([784, 261]), true],
    ['are not asked for with echo, which needs the messages', kv([784, 261], { echo: true }), false],
    ['may be null', kv(null), false],
  ])('%s', async (_, body, taken) => {
    const { promptTokenIds, sampling } = await requestOf(body);
    expect(promptTokenIds.join() === '784,261').toBe(taken);
    expect(sampling.extraArgs).toEqual({ kv_transfer_params: { remote: 1 } });
  });

  const NO_LIST = "`kv_transfer_params['prompt_token_ids']` must be a non-empty list of non-negative integers.";

  it.each<[string, unknown, string]>([
    ['an empty list', [], NO_LIST],
    ['a negative id', [-1], NO_LIST],
    ['a text', 'a', NO_LIST],
    ['an id beyond the vocabulary', [261, 9999], 'Token id 9999 is out of vocabulary'],
  ])('are refused before a stream begins: %s', async (_, ids, message) => {
    const answer = await ask(kv(ids, { stream: true }));
    const param = 'kv_transfer_params.prompt_token_ids';
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error: { message: `${message} (parameter=${param})`, type: 'BadRequestError', param, code: 400 },
    });
  });
});
