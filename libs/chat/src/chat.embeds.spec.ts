import { saveTensor } from '@testing/tensor';
import { tinyText, tinyTokenizer } from '@testing/text';
import { describe, expect, it } from 'vitest';
import { chatRequest, CollectingChatSink } from '@testing/chat';
import type { ChatRequestPatch } from '@testing/chat';
import type { EngineRequest } from '@app/engine-protocol';
import { Chat } from './chat.js';
import type { PreparedChat } from './chat.js';

const TEMPLATE =
  '{% for m in messages %}[{{ m.role }}]{% if m.reasoning %}({{ m.reasoning }}){% endif %}{{ m.content }}{% endfor %}';

function chat(tokenizerTemplate: string, takes = true) {
  const { text, engine } = tinyText({ promptEmbeds: takes ? { hiddenSize: 1, maxBytes: 1 << 16 } : undefined });
  const settings = {
    modelName: 'tiny',
    tokenizerTemplate,
    specialTokens: tinyTokenizer.specialTokens,
    trustRequestTemplate: false,
    contentFormat: 'auto',
    defaultKwargs: {},
    excludeUncallableTools: false,
  } as const;
  return { chat: new Chat(text, settings), engine };
}

async function send(
  patch: ChatRequestPatch,
  template = TEMPLATE,
): Promise<{
  readonly prepared: PreparedChat;
  readonly request: EngineRequest;
  readonly rows: (number | undefined)[];
}> {
  const tiny = chat(template);
  const prepared = await tiny.chat.prepare(chatRequest(patch));
  prepared.start(new CollectingChatSink());
  const [request] = tiny.engine.requests;
  const { bytes, isTokenId } = request.promptEmbeds ?? { bytes: Buffer.alloc(0) };
  const rows = isTokenId?.map((token, index) => (token ? undefined : Buffer.from(bytes).readFloatLE(index * 4))) ?? [];
  return { prepared, request, rows };
}

const embeds = (...values: number[]) => ({
  type: 'prompt_embeds',
  data: saveTensor({ dtype: 'float32', shape: [values.length, 1], values }).toString('base64'),
});
const user = (...content: (string | object)[]) => ({ role: 'user', content: content as string[] });
const ids = (text: string): Promise<number[]> => tinyTokenizer.encode(text, { addSpecialTokens: false });

describe('a chat with embeddings', () => {
  it('puts their rows where the parts stand', async () => {
    const messages = [user('a', embeds(1, 2), 'b'), { role: 'assistant', reasoning: embeds(3), content: 'c' }];
    const { prepared, request, rows } = await send({ prompt: { messages } });
    const [before, between, after] = await Promise.all(['[user]a\n', '\nb[assistant](', ')c'].map(ids));
    expect(request.promptTokenIds).toEqual([...before, 8007, 8007, ...between, 8007, ...after]);
    expect(rows).toEqual([
      ...before.map(() => undefined),
      ...[1, 2],
      ...between.map(() => undefined),
      3,
      ...after.map(() => undefined),
    ]);
    expect(prepared).toMatchObject({ promptText: undefined, promptTokenIds: request.promptTokenIds });
  });

  it('follows the order of the template', async () => {
    const template = '{% for m in messages | reverse %}{{ m.content }};{% endfor %}';
    const messages = [user(embeds(1)), user(embeds(2))];
    expect((await send({ prompt: { messages } }, template)).rows).toEqual([2, undefined, 1, undefined]);
  });

  it('is a chat of text when the template shows none of them', async () => {
    const { prepared, request } = await send(
      { prompt: { messages: [user(embeds(1)), user('b')] } },
      '{{ messages[1].content }}',
    );
    expect([request.promptTokenIds, request.promptEmbeds, prepared.promptText]).toEqual([
      await ids('b'),
      undefined,
      'b',
    ]);
  });

  it('is rendered, whatever token ids the request brings', async () => {
    const messages = [user('a', embeds(1))];
    expect((await send({ prompt: { messages }, promptTokenIds: [5] })).rows.at(-1)).toBe(1);
    expect((await send({ prompt: { messages: [user('a')] }, promptTokenIds: [5] })).request.promptTokenIds).toEqual([
      5,
    ]);
  });

  it.each<[string, ChatRequestPatch, string, string]>([
    [
      'the reserved word somewhere else in the prompt',
      { prompt: { messages: [user(embeds(1)), { role: 'x<prompt_embeds>', content: 'b' }] } },
      TEMPLATE,
      'Expected 1 prompt_embeds placeholder tokens in the rendered prompt, found 2.',
    ],
    [
      'a template that shows a part twice',
      { prompt: { messages: [user(embeds(1))] } },
      '{{ messages[0].content }}{{ messages[0].content }}',
      "Chat template rendered prompt_embeds placeholder '<prompt_embeds>__vllm_prompt_embed_0__' 2 times",
    ],
    [
      'prompt logprobs',
      { prompt: { messages: [user(embeds(1))] }, sampling: { maxTokensField: 'max_tokens', promptLogprobs: 1 } },
      TEMPLATE,
      'prompt_logprobs is not compatible with prompt embeds.',
    ],
  ])('is refused with %s', async (_, patch, template, message) => {
    await expect(send(patch, template)).rejects.toThrow(message);
  });

  it('cannot be shown as text', async () => {
    const { prompt } = chatRequest({ prompt: { messages: [user(embeds(1))] } });
    await expect(chat(TEMPLATE).chat.render(prompt)).rejects.toThrow('`prompt_embeds` content parts have no text.');
  });

  it('is refused by a server that takes none', async () => {
    const request = chatRequest({ prompt: { messages: [user(embeds(1))] } });
    await expect(chat(TEMPLATE, false).chat.prepare(request)).rejects.toThrow('You must set `--enable-prompt-embeds`');
  });
});
