import { saveTensor, torchFiles } from '@testing/tensor';
import type { TensorToSave } from '@testing/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTinyModel } from '@support/tiny-model';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';

let target: TestServer;

beforeAll(async () => {
  const model = await loadTinyModel({ promptEmbeds: true });
  target = await startTestServer({
    argv: ['--enable-prompt-embeds', '--engine', 'vllm'],
    model,
  });
});
afterAll(() => target.close());

interface Refusal {
  readonly message: string;
  readonly param: string | null;
  readonly code: number;
}

async function refusal(path: string, body: object): Promise<Refusal> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${target.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const { error } = (await response.json()) as { error: Refusal };
  expect(error.code).toBe(response.status);
  return error;
}

const inCompletion = (file: unknown, more: object = {}): Promise<Refusal> =>
  refusal('/v1/completions', { prompt_embeds: file, ...more });
const inChat = (part: unknown, more: object = {}): Promise<Refusal> =>
  refusal('/v1/chat/completions', { messages: [{ role: 'user', content: ['Look: ', part] }], ...more });

function file(patch: Partial<TensorToSave> = {}): string {
  const tensor = { dtype: 'float32', shape: [1, 64], values: Array<number>(64).fill(1), ...patch } as const;
  return saveTensor(tensor).toString('base64');
}

const base64 = ({ bytes }: { readonly bytes: Buffer }): string => bytes.toString('base64');

describe('hostile embeddings', () => {
  const hostile: readonly (readonly [string, string, string])[] = [
    ...torchFiles.refused.map(
      (saved) => [saved.name, base64(saved), 'could not be deserialized as a torch tensor: '] as const,
    ),
    ...torchFiles.others.map(
      (saved) => [saved.name, base64(saved), 'payload did not deserialize to a torch.Tensor.'] as const,
    ),
    ['a text that is no base64', '%%%%', 'is not valid base64.'],
    ['a truncated file', file().slice(0, 400), 'could not be deserialized as a torch tensor: '],
    ['one dimension', file({ shape: [64] }), 'got shape (64,).'],
    ['a hidden size of its own', file({ shape: [2, 32] }), "hidden_size 32 does not match the model's hidden_size 64."],
    ['values that are no number', file({ values: Array<number>(64).fill(NaN) }), 'holds a value that is not finite'],
    ['infinite values', file({ values: Array<number>(64).fill(-Infinity) }), 'holds a value that is not finite'],
    ['more rows than it has', file({ shape: [1 << 20, 64] }), 'reaches beyond its storage'],
    ['a row that is many', file({ shape: [1 << 20, 64], strides: [0, 1] }), 'let elements overlap'],
    [
      'a bomb',
      file({ shape: [4096, 64], values: Array<number>(4096 * 64).fill(0), deflate: true }),
      'unpacks to more than 8 times its size',
    ],
  ];

  it.each(hostile)('are refused, and nothing is sent: %s', async (_, given, reason) => {
    // A part without data has words of its own.
    const parts = given === '' ? [] : [inChat({ type: 'prompt_embeds', data: given })];
    for (const refused of await Promise.all([inCompletion(given), inCompletion([given]), ...parts])) {
      expect(refused).toMatchObject({ code: 400, param: 'prompt_embeds' });
      expect(refused.message).toContain(reason);
      expect(refused.message.length).toBeLessThan(400);
    }
    expect(target.engine.requests).toEqual([]);
  });

  it.each<[string, () => Promise<Refusal>, Partial<Refusal>]>([
    [
      'echo',
      () => inCompletion(file(), { echo: true }),
      { message: 'Echo is unsupported with prompt embeds.', param: null },
    ],
    [
      'prompt_logprobs',
      () => inCompletion(file(), { prompt_logprobs: 0 }),
      { message: 'prompt_logprobs is not compatible with prompt embeds.', param: null },
    ],
    [
      'a suffix',
      () => inCompletion(file(), { suffix: 'x' }),
      { message: 'suffix is not supported with prompt_embeds', param: 'suffix' },
    ],
    [
      'more files than prompts are allowed',
      () => inCompletion(Array<string>(1025).fill('')),
      {
        message:
          'prompt_embeds list length 1025 exceeds the maximum allowed count of 1024. To increase this limit, set the VLLM_MAX_COMPLETION_PROMPTS environment variable. (parameter=prompt_embeds)',
        param: 'prompt_embeds',
      },
    ],
    [
      'no file',
      () => inCompletion([]),
      {
        message: 'Either prompt or prompt_embeds must be provided and non-empty. (parameter=prompt)',
        param: 'prompt',
      },
    ],
    [
      'a part without data',
      () => inChat({ type: 'prompt_embeds' }),
      {
        message:
          'prompt_embeds content part requires a non-empty `data` field with base64-encoded tensor bytes. (parameter=prompt_embeds)',
        param: 'prompt_embeds',
      },
    ],
    [
      'the reserved word in a text',
      () => inChat('<prompt_embeds>'),
      {
        message:
          "Text content may not contain the reserved placeholder '<prompt_embeds>'. This placeholder is used internally to mark `prompt_embeds` splice positions in the tokenized prompt. (parameter=messages)",
        param: 'messages',
      },
    ],
    [
      'prompt_logprobs in a chat',
      () => inChat({ type: 'prompt_embeds', data: file() }, { prompt_logprobs: 1 }),
      { message: 'prompt_logprobs is not compatible with prompt embeds.', param: null },
    ],
    [
      'a tokenizer that is asked for them',
      () =>
        refusal('/tokenize', {
          messages: [{ role: 'user', content: [{ type: 'prompt_embeds', data: file() }] }],
        }),
      { message: '`prompt_embeds` content parts have no text. (parameter=prompt_embeds)', param: 'prompt_embeds' },
    ],
  ])('are refused with %s', async (_, ask, expected) => {
    expect(await ask()).toMatchObject({ code: 400, ...expected });
    expect(target.engine.requests).toEqual([]);
  });
});
