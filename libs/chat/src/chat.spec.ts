import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@app/errors';
import { reasoningParsers, toolParsers } from '@app/output-parsers';
import type { ToolParserDefinition } from '@app/output-parsers';
import { chatRequest, type ChatRequestPatch, CollectingChatSink, tinyChat } from '@testing/chat';
import { tinyTokenizer } from '@testing/text';
import { callIdStyleOf } from './call-ids.js';
import type { ChatParsers } from './chat-parsers.js';

const hermes = toolParsers.mustFind('hermes');
const qwen3 = reasoningParsers.mustFind('qwen3');
const r1 = reasoningParsers.mustFind('deepseek_r1');
const both: ChatParsers = { tool: hermes, reasoning: qwen3, engineFollowsGrammars: true };
const tools = [{ name: 'weather', parameters: { type: 'object' } }];
const call = '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call>';

async function answer(texts: string | readonly string[], parsers?: ChatParsers, patch?: ChatRequestPatch) {
  const { chat, engine } = await tinyChat(typeof texts === 'string' ? [texts] : texts, parsers);
  const sink = new CollectingChatSink();
  (await chat.prepare(chatRequest(patch))).start(sink);
  engine.run();
  expect(sink.errors).toEqual([]);
  return { sink, engine, request: engine.requests[0] };
}

const content = (text: string) => ({ type: 'content-delta', text });
const thought = (text: string) => ({ type: 'reasoning-delta', text });
const calls = (index = 0) => [
  { type: 'tool-call-start', index, name: 'weather', id: undefined },
  { type: 'tool-call-delta', index, delta: '{"city": "Paris"}' },
];

describe('chat without parsers', () => {
  it('makes one content event of every delta, of an empty one too', async () => {
    const { sink, request } = await answer('Because.');
    expect(sink.deltas.map(({ events }) => events)).toEqual([
      [content('B')],
      [content('ec')],
      [content('ause')],
      [content('.')],
      [content('')],
    ]);
    expect(request).toMatchObject({ reasoningEnded: undefined, reasoningParserKwargs: undefined });
    expect(sink.deltas.map(({ reasoningTokens }) => reasoningTokens)).toEqual(Array(5).fill(undefined));
  });
});

describe('chat with parsers', () => {
  it.each([
    ['a thought and an answer', `<think>hm</think>so`, {}, [thought('hm'), content('so')]],
    ['a thought alone', `<think>hm`, {}, [thought('hm')]],
    [
      'a thought, text and a call',
      `a</think>Ok. ${call}`,
      { prompt: { tools } },
      [thought('a'), content('Ok. '), ...calls()],
    ],
    [
      'a call inside of a thought',
      `<think>a${call}</think>b`,
      { prompt: { tools } },
      [thought('a'), ...calls(), content('b')],
    ],
    ['markup without tools', `</think>${call}`, {}, [content(call)]],
    [
      'markup with tools that may not be called',
      `</think>${call}`,
      { prompt: { tools }, toolChoice: 'none' },
      [content(call)],
    ],
    ['calls that may run together', `</think>${call}${call}`, { prompt: { tools } }, [...calls(), ...calls(1)]],
    [
      'calls that may not run together',
      `</think>${call}${call} Ok.`,
      { prompt: { tools }, parallelToolCalls: false },
      [...calls(), content(' Ok.')],
    ],
    ['a thought that nobody wants to see', '<think>hm</think>so', { includeReasoning: false }, [content('so')]],
    [
      'an answer that the prompt begins',
      '<think>so',
      { prompt: { kwargs: { enable_thinking: false } } },
      [content('<think>so')],
    ],
  ] as const)('reads %s the same streamed and whole', async (_, text, patch: ChatRequestPatch, expected) => {
    for (const stream of [true, false]) {
      for (const streamInterval of [1, 2, 3, 5, 8]) {
        const request = { ...patch, stream, sampling: { ...chatRequest().sampling, streamInterval } };
        const { sink } = await answer(text, both, request);
        expect(sink.events()).toEqual(expected);
      }
    }
  });

  it('says nothing of a step without anything certain', async () => {
    const { sink } = await answer(`</think>${call}`, both, { prompt: { tools } });
    const [first] = sink.deltas;
    expect(first.events).toEqual([]);
    expect(sink.deltas.at(-1)).toMatchObject({ finishReason: 'stop', events: [] });
  });

  it('gives every call an id of its own', async () => {
    const { sink } = await answer(`</think>${call}${call}`, both, { prompt: { tools } });
    const ids = sink.deltas.flatMap(({ events }) => events.flatMap((event) => ('id' in event ? [event.id] : [])));
    expect(ids).toEqual([
      expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{16}$/),
      expect.stringMatching(/^chatcmpl-tool-[0-9a-f]{16}$/),
    ]);
    expect(new Set(ids).size).toBe(2);
  });

  it('tells a thought that only its tool parser knows of, unless reasoning is not wanted', async () => {
    const parsers = { tool: toolParsers.mustFind('muse'), engineFollowsGrammars: true };
    const events = async (patch: ChatRequestPatch) => {
      const text = ' to=self<|message|>Hm.<|eom|><|start|>assistant to=user<|message|>So.<|eot|>';
      return (await answer(text, parsers, { prompt: { tools }, ...patch })).sink.events();
    };
    expect(await events({})).toEqual([thought('Hm.'), content('So.')]);
    expect(await events({ includeReasoning: false })).toEqual([content('So.')]);
  });

  it('reads each sample for itself', async () => {
    const { sink } = await answer(['a</think>b', `${call}`], both, {
      prompt: { tools },
      sampling: { ...chatRequest().sampling, n: 2 },
    });
    expect([sink.events(0), sink.events(1)]).toEqual([[thought('a'), content('b')], calls()]);
  });

  it('drops a call that was cut off in its name, and keeps one that has begun', async () => {
    const cut = async (text: string) => {
      const { chat, engine } = await tinyChat([text], { ...both, reasoning: undefined }, { finish: 'length' });
      const sink = new CollectingChatSink();
      (await chat.prepare(chatRequest({ prompt: { tools } }))).start(sink);
      engine.run();
      return sink.events();
    };
    expect(await cut('Ok. <tool_call>{"name": "wea')).toEqual([content('Ok. ')]);
    expect(await cut('<tool_call>{"name": "weather", "arguments": {"ci')).toEqual([
      calls()[0],
      { type: 'tool-call-delta', index: 0, delta: '{"ci' },
    ]);
  });

  it.each([
    ['between the markers', '<think>\nLet me see.\n</think>\n\nBecause.', {}, 6],
    ['from a start that the prompt made', 'Let me see.</think>B', {}, 5],
    ['without the stop token', '<think>hm', {}, 2],
    ['up to a call', `<think>a${call}`, { prompt: { tools } }, 1],
    ['of the first thought', '<think>a</think>b<think>c</think>', {}, 1],
    ['of a hidden thought', '<think>hm</think>so', { includeReasoning: false }, 2],
    ['of no thought', 'so', { prompt: { kwargs: { enable_thinking: false } } }, 0],
  ] as const)('counts reasoning tokens %s', async (_, text, patch: ChatRequestPatch, count) => {
    const unmarked = { ...both, reasoning: { ...qwen3, startMarkers: [], endMarkers: [] } };
    for (const stream of [true, false]) {
      const { sink } = await answer(text, both, { ...patch, stream });
      expect(sink.deltas.at(-1)?.reasoningTokens).toBe(count);
      const { sink: other } = await answer(text, unmarked, { ...patch, stream });
      // What opens a thought is one of its tokens where nothing tells markers from words.
      const opened = text.includes('<think>') && count > 0 ? 1 : 0;
      expect(other.deltas.at(-1)?.reasoningTokens).toBe(count + opened);
    }
  });

  it('reads calls and drops them where nobody shall be told', async () => {
    for (const stream of [true, false]) {
      const { sink } = await answer(`</think>Ok. ${call}`, both, { prompt: { tools }, toolChoice: 'dropped', stream });
      expect(sink.events()).toEqual([content('Ok. ')]);
    }
  });

  it('reads forced calls as plain JSON where no markup is enforced', async () => {
    const lax = { ...both, strictCalling: false };
    const list = '[{"name": "weather", "parameters": {"city": "Paris"}}]';
    const required = await answer(`</think>${list}`, lax, { prompt: { tools }, toolChoice: 'required' });
    expect(required.sink.events()).toEqual(calls());
    const named = await answer('</think>{"city": "Paris"}', lax, {
      prompt: { tools },
      toolChoice: { name: 'weather' },
    });
    expect(named.sink.events()).toEqual(calls());
  });

  it('keeps an empty delta where its reasoning parser does, but not of a hidden thought', async () => {
    const parsers = { reasoning: r1, engineFollowsGrammars: true };
    const last = async (patch: ChatRequestPatch) =>
      (await answer('a</think>b', parsers, patch)).sink.deltas.at(-1)?.events;
    expect(await last({})).toEqual([content('')]);
    expect(await last({ includeReasoning: false })).toEqual([]);
    expect((await answer('a', parsers)).sink.deltas.at(-1)?.events).toEqual([thought('')]);
  });
});

describe('ids of calls', () => {
  const written = (call: string): ToolParserDefinition => ({
    ...hermes,
    create: () => ({
      push: () => [],
      finish: () => [{ type: 'tool-call-start', index: 0, name: 'f', ...(call && { id: call }) }],
    }),
  });
  const past = { id: 'x', type: 'function', function: { name: 'f', arguments: '{}' } };
  const messages = [
    { role: 'user', content: 'Why?' },
    { role: 'assistant', toolCalls: [past, past] },
    { role: 'user', content: 'And?', toolCalls: [past] },
  ];

  it.each([
    ['chatcmpl-tool', /^chatcmpl-tool-[0-9a-f]{16}$/],
    ['call', /^call_[0-9a-f]{16}$/],
    ['call-index', /^call_0_[0-9a-f]{16}$/],
    ['alphanumeric', /^[A-Za-z0-9]{9}$/],
    ['functions', /^functions\.f:2$/],
  ] as const)('look as the model wants them: %s', async (callIds, expected) => {
    const ids = async (own: string) => {
      const parsers = { tool: written(own), engineFollowsGrammars: true, callIds };
      const { sink } = await answer('a', parsers, { prompt: { tools, messages } });
      return sink.deltas.flatMap(({ events }) => events.flatMap((event) => ('id' in event ? [event.id] : [])));
    };
    expect(await ids('')).toEqual([expect.stringMatching(expected)]);
    expect(await ids('mine')).toEqual(['mine']);
  });

  it.each([
    ['kimi_k2', undefined, 'functions'],
    ['kimi_k3', 'call', 'functions'],
    ['llama', 'call', 'call'],
    ['llama', undefined, 'chatcmpl-tool'],
  ] as const)('of a model of type %s and a parser with %s are %s', (type, callIds, expected) => {
    expect(callIdStyleOf(type, { callIds })).toBe(expected);
  });
});

describe('markup of a parser that reads without tools', () => {
  const tool: ToolParserDefinition = { ...hermes, readsWithoutTools: true };

  it.each([
    ['no tools', {}],
    ['tools that may not be called', { prompt: { tools }, toolChoice: 'none' }],
  ] as const)('is no answer, with %s', async (_, patch) => {
    for (const stream of [true, false]) {
      const { sink } = await answer(`Ok. ${call}`, { tool, engineFollowsGrammars: true }, { ...patch, stream });
      expect(sink.events()).toEqual([content('Ok. ')]);
    }
  });
});

describe('special tokens in an answer', () => {
  /** `<|im_start|>` is a special token of tiny-chat. */
  const marked: ToolParserDefinition = {
    ...hermes,
    specialTokens: 'kept',
    markers: () => ['<|im_start|>'],
    create: () => ({ push: (text) => [{ type: 'text-delta', text }], finish: () => [] }),
  };
  const text = 'a<|im_start|>b<|endoftext|>c';
  const parsers = { tool: marked, engineFollowsGrammars: true };
  const sampling = (skipSpecialTokens?: boolean) => ({ ...chatRequest().sampling, skipSpecialTokens });

  it.each([
    ['markers that a parser looks for', { prompt: { tools } }, 'a<|im_start|>bc', false],
    ['none where no parser reads', {}, 'abc', false],
    ['all that the client asks for', { sampling: sampling(false) }, text, false],
    ['the same beside a parser', { prompt: { tools }, sampling: sampling(false) }, text, false],
  ] as const)('are %s', async (_, patch, expected, skips) => {
    for (const stream of [true, false]) {
      const { sink, request } = await answer(text, parsers, { ...patch, stream });
      expect(sink.events()).toEqual([content(expected)]);
      expect(request.sampling.skipSpecialTokens).toBe(skips);
    }
  });
});

describe('a parser that throws', () => {
  const broken = (): never => {
    throw new TypeError('broken');
  };
  const refusing = (): never => {
    throw new InvalidRequestError('no such format', { param: 'chat_template_kwargs' });
  };

  it('fails the request, which leaves the engine', async () => {
    const tool = { ...hermes, create: () => ({ push: broken, finish: () => [] }) };
    const { chat, engine } = await tinyChat(['ab'], { tool, engineFollowsGrammars: true });
    const sink = new CollectingChatSink();
    (await chat.prepare(chatRequest({ prompt: { tools } }))).start(sink);
    engine.run();
    expect([sink.deltas, sink.errors]).toEqual([[], [expect.objectContaining({ kind: 'internal' })]]);
    expect(engine.aborted).toEqual([engine.requests[0].requestId]);
  });

  it.each([
    ['tool', { tool: { ...hermes, create: refusing } }],
    ['reasoning', { reasoning: { ...qwen3, create: refusing } }],
    ['reasoning, by its prompt,', { reasoning: { ...qwen3, startAfter: refusing } }],
  ])('because of what the request says: a %s parser, before the engine is asked', async (_, parsers) => {
    const { chat, engine } = await tinyChat(['a'], { ...parsers, engineFollowsGrammars: true });
    await expect(chat.prepare(chatRequest({ prompt: { tools } }))).rejects.toMatchObject({
      kind: 'invalid-request',
      param: 'chat_template_kwargs',
    });
    expect(engine.requests).toEqual([]);
  });
});

describe('what a chat asks its engine for', () => {
  const kwargs = { add_generation_prompt: true, continue_final_message: false };

  it.each([
    ['open thought', {}, { reasoningEnded: false, kwargs }],
    ['hidden thought', { includeReasoning: false }, { reasoningEnded: true, kwargs }],
    [
      'no thought',
      { prompt: { kwargs: { enable_thinking: false } } },
      { reasoningEnded: true, kwargs: { enable_thinking: false, ...kwargs } },
    ],
    [
      'effort',
      { prompt: { reasoningEffort: 'low' } },
      { reasoningEnded: false, kwargs: { reasoning_effort: 'low', enable_thinking: true, ...kwargs } },
    ],
    [
      'no effort',
      { prompt: { reasoningEffort: 'none' } },
      { reasoningEnded: true, kwargs: { reasoning_effort: 'none', enable_thinking: false, ...kwargs } },
    ],
  ] as const)('tells it where the thought stands: %s', async (_, patch: ChatRequestPatch, expected) => {
    const { request } = await answer('a', both, patch);
    expect(request.reasoningEnded).toBe(expected.reasoningEnded);
    expect(request.reasoningParserKwargs).toEqual({ chat_template_kwargs: expected.kwargs });
  });

  it('reads the start of the answer from token ids when they are the prompt', async () => {
    const promptTokenIds = await tinyTokenizer.encode('<|im_start|>assistant\n<think>a</think>', {
      addSpecialTokens: false,
    });
    const { request, sink } = await answer('so', both, { promptTokenIds });
    expect([request.reasoningEnded, sink.events()]).toEqual([true, [content('so')]]);
  });

  it.each([
    ['a thinking parser that needs them', { reasoning: qwen3 }, {}, false],
    ['a thinking parser that does not', { reasoning: r1 }, {}, true],
    ['calls to be read', { tool: hermes }, { prompt: { tools } }, false],
    ['no tools', { tool: hermes }, {}, true],
    ['tools that may not be called', { tool: hermes }, { prompt: { tools }, toolChoice: 'none' }, true],
  ] as const)('shows special tokens for %s', async (_, parsers, patch: ChatRequestPatch, skips) => {
    const { request } = await answer('a', { ...parsers, engineFollowsGrammars: true }, patch);
    expect(request.sampling.skipSpecialTokens).toBe(skips);
  });

  it.each([
    ['nothing for calls at will', {}, undefined],
    [
      'markup for forced calls',
      { toolChoice: 'required' },
      { structuralTag: expect.stringContaining('weather') as string },
    ],
    [
      'markup for one call at most',
      { parallelToolCalls: false },
      { structuralTag: expect.stringContaining('weather') as string },
    ],
  ] as const)('holds it to %s', async (_, patch: ChatRequestPatch, expected) => {
    const { request } = await answer('a', both, { prompt: { tools }, ...patch });
    expect(request.sampling.structuredOutputs).toEqual(expected && expect.objectContaining(expected));
  });
});

describe('a chat whose engine follows no grammars', () => {
  const plain: ChatParsers = { tool: hermes, engineFollowsGrammars: false };

  it('leaves calls at will unconstrained', async () => {
    const { request, sink } = await answer(call, plain, {
      prompt: { tools: [{ name: 'weather', strict: true }] },
      parallelToolCalls: false,
    });
    expect([request.sampling.structuredOutputs, sink.events()]).toEqual([undefined, calls()]);
  });

  it.each(['required', { name: 'weather' }] as const)('refuses tool choice %j', async (toolChoice) => {
    const { chat, engine } = await tinyChat(['a'], plain);
    await expect(chat.prepare(chatRequest({ prompt: { tools }, toolChoice }))).rejects.toMatchObject({
      kind: 'unsupported',
      param: 'tool_choice',
    });
    expect(engine.requests).toEqual([]);
  });
});

describe('what a chat refuses', () => {
  it('a call of a tool that is not offered', async () => {
    const { chat } = await tinyChat(['a'], both);
    await expect(chat.prepare(chatRequest({ prompt: { tools }, toolChoice: { name: 'fly' } }))).rejects.toMatchObject({
      kind: 'invalid-request',
      message: "Tool 'fly' has not been passed in `tools`.",
    });
  });

  it('a reasoning parser that the tokenizer knows nothing of', async () => {
    const reasoning = { ...qwen3, requiredTokens: () => ['</ponder>'] };
    await expect(tinyChat([], { reasoning, engineFollowsGrammars: true })).rejects.toThrow(
      "--reasoning-parser qwen3 cannot be used with the tokenizer of 'tiny': it has no token </ponder>",
    );
  });
});
