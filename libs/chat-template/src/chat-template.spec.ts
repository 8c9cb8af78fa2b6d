import { readFileSync } from 'node:fs';
import { InvalidRequestError } from '@app/errors';
import { TemplateError } from '@app/jinja';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from './chat-message.js';
import { type ChatRenderInput, ChatTemplate } from './chat-template.js';
import { renderChat } from './render-chat.js';

interface TokenizerConfig {
  readonly chat_template: string;
  readonly eos_token: string;
}

function readConfig(file: URL): TokenizerConfig {
  return JSON.parse(readFileSync(file, 'utf8')) as TokenizerConfig;
}

const tiny = readConfig(new URL('../fixtures/tiny-chat.tokenizer-config.json', import.meta.url));
const specialTokens = { eos_token: tiny.eos_token };
const tinyChat = new ChatTemplate(tiny.chat_template, specialTokens);

function render(template: ChatTemplate, messages: readonly ChatMessage[], rest: Partial<ChatRenderInput> = {}): string {
  return template.render({
    messages,
    addGenerationPrompt: true,
    continueFinalMessage: false,
    modelName: 'tiny',
    ...rest,
  });
}

const hello: readonly ChatMessage[] = [{ role: 'user', content: 'Hi' }];
const call = {
  id: 'c1',
  type: 'function',
  function: { name: 'get_weather', arguments: '{"city": "Oslo", "n": 1.50, "k": 2.0}' },
};

describe('the tiny-chat template', () => {
  it.each<[string, readonly ChatMessage[], Partial<ChatRenderInput>, string]>([
    ['one message', hello, {}, '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n'],
    [
      'a system message and turns',
      [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b', reasoning: 'because' },
        { role: 'user', content: 'c' },
      ],
      {},
      '<|im_start|>system\nBe short.\n<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n<think>\nbecause\n</think>\nb<|im_end|>\n<|im_start|>user\nc<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'a developer, whom the template does not know, as system',
      [{ role: 'developer', content: 'Rules.' }, ...hello],
      {},
      '<|im_start|>system\nRules.\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'tools, with the keys in order and null for what is absent',
      hello,
      { tools: [{ name: 'f', strict: true }] },
      '<|im_start|>system\n# Tools\n{"type": "function", "function": {"name": "f", "description": null, "parameters": null, "strict": true}}\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'a call, its exact numbers and its answer',
      [
        ...hello,
        { role: 'assistant', toolCalls: [call] },
        { role: 'tool', toolCallId: 'c1', content: [{ type: 'text', text: '18' }, '°C'] },
      ],
      {},
      '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo", "n": 1.5, "k": 2.0}}\n</tool_call><|im_end|>\n<|im_start|>tool c1\n18\n°C<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'parts joined by newlines, nulls left out',
      [{ role: 'user', content: [{ type: 'text', text: 'one' }, { type: 'refusal', refusal: null }, 'two'] }],
      {},
      '<|im_start|>user\none\ntwo<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'parts as a list where the server says so',
      [{ role: 'user', content: [{ type: 'text', text: 'one' }, 'two'] }],
      { contentFormat: 'openai' },
      '<|im_start|>user\none+two<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'documents',
      hello,
      { documents: [{ title: 'A', text: 'alpha' }] },
      '<|im_start|>system\nDocument 1 [A]: alpha\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'an effort of none, which also turns thinking off',
      hello,
      { reasoningEffort: 'none' },
      '<|im_start|>system\nEffort: none\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n',
    ],
    [
      'an effort beside of enable_thinking, which wins',
      hello,
      { reasoningEffort: 'none', kwargs: { enable_thinking: true } },
      '<|im_start|>system\nEffort: none\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    ],
    ['no generation prompt', hello, { addGenerationPrompt: false }, '<|im_start|>user\nHi<|im_end|>\n'],
    [
      'a message to continue, with its last space',
      [...hello, { role: 'assistant', content: '<think>Let me ' }],
      { addGenerationPrompt: false, continueFinalMessage: true },
      '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>Let me ',
    ],
    [
      'an empty message to continue',
      [...hello, { role: 'assistant', content: '' }],
      { addGenerationPrompt: false, continueFinalMessage: true },
      '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    ],
    [
      'system text without the billing line of a client',
      [{ role: 'system', content: 'x-anthropic-billing-header: a=b\nBe kind.' }, ...hello],
      {},
      '<|im_start|>system\nBe kind.\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    ],
  ])('renders %s', (_, messages, rest, expected) => {
    expect(render(tinyChat, messages, rest)).toBe(expected);
  });

  it('renders the same as a plain job for a worker', () => {
    const input = { messages: hello, addGenerationPrompt: true, continueFinalMessage: false, modelName: 'tiny' };
    const job = structuredClone({ template: tiny.chat_template, specialTokens, input });
    expect(renderChat(job)).toBe(render(tinyChat, hello));
  });
});

describe('kwargs', () => {
  const shown = new ChatTemplate(
    '{{ enable_thinking }}|{{ tools|length if tools else tools }}|{{ add_generation_prompt }}|{{ eos_token }}',
    {
      eos_token: '</s>',
    },
  );

  it.each<[string, Partial<ChatRenderInput>, string]>([
    ['nothing', {}, '|None|True|</s>'],
    ['a server default', { defaultKwargs: { enable_thinking: false } }, 'False|None|True|</s>'],
    [
      'a request over it',
      { defaultKwargs: { enable_thinking: false }, kwargs: { enable_thinking: true } },
      'True|None|True|</s>',
    ],
    [
      'null, which does not override',
      { defaultKwargs: { enable_thinking: false }, kwargs: { enable_thinking: null } },
      'False|None|True|</s>',
    ],
    [
      'auto, which does not override',
      { defaultKwargs: { enable_thinking: 1 }, kwargs: { enable_thinking: 'auto' } },
      '1|None|True|</s>',
    ],
    ['tools in kwargs', { tools: [{ name: 'f' }], kwargs: { tools: [1, 2] } }, '|2|True|</s>'],
    ['fields of the request over kwargs', { kwargs: { add_generation_prompt: false } }, '|None|True|</s>'],
    ['another token', { kwargs: { eos_token: '<e>' } }, '|None|True|<e>'],
    [
      'the renderer’s own names',
      { kwargs: { messages: [], tokenize: true, __proto__: { polluted: 1 } } },
      '|None|True|</s>',
    ],
  ])('%s', (_, rest, expected) => {
    expect(render(shown, hello, rest)).toBe(expected);
  });

  it('keeps every denied name from a template that asks for it', () => {
    const names = [
      'conversation',
      'chat_template',
      'tokenize',
      'padding',
      'truncation',
      'max_length',
      'return_tensors',
    ];
    const template = new ChatTemplate(names.map((name) => `{{ ${name} }}`).join(''));
    expect(render(template, hello, { kwargs: Object.fromEntries(names.map((name) => [name, 'x'])) })).toBe('');
  });
});

describe('continue_final_message', () => {
  it.each([
    ['Hel ', '{% for m in messages %}[{{ m.content }}]{% endfor %}', '[Hel '],
    ['Hel ', '{% for m in messages %}[{{ m.content | trim }}]{% endfor %}', '[Hel'],
    ['Hel', '{% for m in messages %}{% for p in m.content %}<{{ p.text }}>{% endfor %}{% endfor %}Hel', '<Hel'],
  ])('cuts %j of %j', (content, source, expected) => {
    const messages = [{ role: 'assistant', content }];
    const got = render(new ChatTemplate(source), messages, { addGenerationPrompt: false, continueFinalMessage: true });
    expect(got).toBe(expected);
  });
});

it.each([
  [{ type: 'tool_reference', name: 'get_time' }, 'get_time'],
  [{ tool_reference: 'get_time' }, 'get_time'],
  [{ type: 'tool_reference' }, ''],
])('shows %j as its name', (part, shown) => {
  const template = new ChatTemplate('{% for message in messages %}[{{ message.content }}]{% endfor %}');
  expect(render(template, [{ role: 'user', content: [part] }])).toBe(`[${shown}]`);
});

describe('what cannot be rendered', () => {
  const user = (part: Readonly<Record<string, unknown>>): readonly ChatMessage[] => [{ role: 'user', content: [part] }];
  const assistant = (toolCall: unknown): readonly ChatMessage[] => [{ role: 'assistant', toolCalls: [toolCall] }];

  it.each<
    [
      string,
      readonly ChatMessage[],
      Partial<ChatRenderInput>,
      { message: string; param: string | undefined; value?: string },
    ]
  >([
    [
      'no message',
      [],
      {},
      {
        message: 'Cannot apply chat template to an empty conversation. Provide at least one message.',
        param: undefined,
      },
    ],
    [
      'a part without type',
      user({ foo: 1 }),
      {},
      { message: "Missing 'type' field in multimodal part.", param: 'type' },
    ],
    [
      'a type that is no text',
      user({ type: 5 }),
      {},
      { message: "Invalid 'type' field in multimodal part.", param: 'type' },
    ],
    [
      'an unknown type',
      user({ type: 'smell' }),
      {},
      {
        message:
          "Unsupported chat content part type: 'smell'. Supported types: audio_embeds, audio_url, image_embeds, image_pil, image_url, input_audio, input_image, input_text, output_text, prompt_embeds, refusal, text, thinking, tool_reference, video_embeds, video_url.",
        param: 'type',
        value: 'smell',
      },
    ],
    [
      'an image',
      user({ type: 'image_url', image_url: { url: 'x' } }),
      {},
      { message: 'tiny is not a multimodal model', param: undefined },
    ],
    [
      'an image without type',
      user({ image_url: 'x' }),
      {},
      { message: 'tiny is not a multimodal model', param: undefined },
    ],
    [
      'prompt embeddings',
      user({ type: 'prompt_embeds', data: 'AAAA' }),
      {},
      { message: 'You must set `--enable-prompt-embeds` to input `prompt_embeds`', param: 'prompt_embeds' },
    ],
    [
      'prompt embeddings as a thought',
      [{ role: 'assistant', reasoning: { type: 'prompt_embeds', data: 'AAAA' } }],
      {},
      { message: 'You must set `--enable-prompt-embeds` to input `prompt_embeds`', param: 'prompt_embeds' },
    ],
    [
      'prompt embeddings without any',
      user({ type: 'prompt_embeds', data: '' }),
      {},
      {
        message: 'prompt_embeds content part requires a non-empty `data` field with base64-encoded tensor bytes.',
        param: 'prompt_embeds',
      },
    ],
    [
      'a call that is no object',
      assistant('x'),
      {},
      { message: 'assistant tool_calls entries must be objects.', param: 'tool_calls' },
    ],
    [
      'a call of another type',
      assistant({ type: 'custom', custom: {} }),
      {},
      { message: "chat completions only support assistant tool_calls of type 'function'.", param: 'tool_calls' },
    ],
    [
      'both ways to go on',
      hello,
      { continueFinalMessage: true },
      {
        message:
          'continue_final_message and add_generation_prompt are not compatible. Use continue_final_message when you want the model to continue the final message, and add_generation_prompt when you want to add a header that will prompt it to start a new assistant message instead.',
        param: undefined,
      },
    ],
  ])('refuses %s', (_, messages, rest, expected) => {
    const attempt = (): string => render(tinyChat, messages, rest);
    expect(attempt).toThrow(InvalidRequestError);
    expect(attempt).toThrow(expect.objectContaining(expected));
  });

  it.each([
    ["{{ raise_exception('no such role') }}", 'no such role'],
    ["{{ ''.__class__.__mro__ }}", "access to attribute '__class__' of 'str' object is unsafe."],
    ["{{ ''.constructor.constructor('return process')() }}", "'str object' has no attribute 'constructor'"],
    ['{{ nope.x }}', "'nope' is undefined"],
  ])('gives the text of the template error of %s', (source, message) => {
    const attempt = (): string => render(new ChatTemplate(source), hello);
    expect(attempt).toThrow(TemplateError);
    expect(attempt).toThrow(message);
  });
});

describe('the demo model', () => {
  it('has a template that renders every role, tools and thinking', () => {
    const config = readConfig(new URL('../../../apps/demo-model/aerie-demo/tokenizer_config.json', import.meta.url));
    const template = new ChatTemplate(config.chat_template, { eos_token: config.eos_token });
    const conversation: readonly ChatMessage[] = [
      { role: 'system', content: 'S-text' },
      { role: 'user', content: 'U-text' },
      { role: 'assistant', toolCalls: [call] },
      { role: 'tool', toolCallId: 'c1', content: 'T-text' },
    ];
    const text = render(template, conversation, { tools: [{ name: 'get_weather', parameters: { type: 'object' } }] });
    for (const part of ['S-text', 'U-text', '<tool_call>', '"get_weather"', '"Oslo"', 'T-text']) {
      expect(text).toContain(part);
    }
    expect(text.endsWith('<|im_start|>assistant\n')).toBe(true);
    expect(template.contentFormat).toBe('string');
  });
});
