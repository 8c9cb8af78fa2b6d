import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Speaker } from '@support/speaker';
import type { TestEngine } from '@support/test-engine';
import {
  API_KEY,
  CALL_ID,
  chatLogprobs,
  CountingFetch,
  MODEL,
  startSpeakingServer,
  WEATHER,
  weatherCalls,
} from './speaking-server.js';
import type { SpeakingServer } from './speaking-server.js';

let server: SpeakingServer;
let engine: TestEngine;
let speaker: Speaker;
let client: OpenAI;
const counting = new CountingFetch();

beforeAll(async () => {
  server = await startSpeakingServer();
  ({ engine, speaker } = server);
  client = new OpenAI({ baseURL: server.baseURL, apiKey: API_KEY, fetch: counting.fetch });
});
afterAll(() => server.close());

const ask = { model: MODEL, messages: [{ role: 'user' as const, content: 'Hi' }] };
const PROMPT = '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n';
const weather = { type: 'function' as const, function: WEATHER };
const TOOL_LIST =
  '<|im_start|>system\n# Tools\n{"type": "function", "function": {"name": "get_weather", "description": "Weather.", ' +
  '"parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}\n<|im_end|>\n';
const wireCall = (city: string) => ({
  id: expect.stringMatching(CALL_ID) as string,
  type: 'function',
  function: { name: 'get_weather', arguments: `{"city":"${city}"}` },
});
const noDetails = {
  prompt_tokens_details: { cached_tokens: 0, created_cache_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
};

describe('the stream helper of the openai SDK', () => {
  it('tells each piece of an answer, then the whole of it', async () => {
    speaker.say({ text: 'Hello there', secondChoice: 'x', cachedTokens: 3 });
    const stream = client.chat.completions.stream(
      { ...ask, logprobs: true, top_logprobs: 2, stream_options: { include_usage: true } },
      { headers: { 'x-request-id': 'one' } },
    );
    const events: unknown[] = [];
    const tokens = (content: readonly { readonly token: string }[]) => content.map(({ token }) => token);
    stream.on('content.delta', ({ delta, snapshot }) => events.push(['content', delta, snapshot]));
    stream.on('content.done', ({ content }) => events.push(['content', content]));
    stream.on('logprobs.content.delta', ({ content }) => events.push(['tokens', ...tokens(content)]));
    stream.on('logprobs.content.done', ({ content }) => events.push(['all tokens', ...tokens(content)]));
    stream.on('finalChatCompletion', () => events.push(['whole']));
    stream.on('totalUsage', (counts) => events.push(['usage', counts]));
    const final = await stream.finalChatCompletion();
    await stream.done();
    expect(events).toEqual([
      ['content', 'H', 'H'],
      ['tokens', 'H'],
      ['content', 'ello', 'Hello'],
      ['tokens', 'ello'],
      ['content', ' there', 'Hello there'],
      ['tokens', ' there'],
      ['tokens', '<|im_end|>'],
      ['content', 'Hello there'],
      ['all tokens', 'H', 'ello', ' there', '<|im_end|>'],
      ['whole'],
      ['usage', { prompt_tokens: 12, completion_tokens: 4, total_tokens: 16 }],
    ]);
    expect(final).toEqual({
      id: 'chatcmpl-one',
      object: 'chat.completion',
      created: expect.any(Number) as number,
      model: MODEL,
      system_fingerprint: 'fp',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello there', refusal: null, parsed: null },
          logprobs: { content: chatLogprobs('H', 'ello', ' there', '<|im_end|>') },
          finish_reason: 'stop',
          stop_reason: null,
          token_ids: null,
          weight_versions: null,
        },
      ],
      usage: {
        ...noDetails,
        prompt_tokens: 12,
        completion_tokens: 4,
        total_tokens: 16,
        prompt_tokens_details: { cached_tokens: 3, created_cache_tokens: 0 },
      },
      prompt_token_ids: null,
      prompt_text: null,
      kv_transfer_params: null,
    });
  });

  it('puts the calls of an answer together', async () => {
    speaker.say(weatherCalls('Oslo', 'Rome'));
    const stream = client.chat.completions.stream({ ...ask, tools: [weather] });
    const pieces = ['', ''];
    const done: unknown[] = [];
    stream.on('tool_calls.function.arguments.delta', ({ index, arguments_delta }) => {
      pieces[index] += arguments_delta;
    });
    stream.on('tool_calls.function.arguments.done', ({ index, name, arguments: text }) =>
      done.push([index, name, text]),
    );
    const { choices } = await stream.finalChatCompletion();
    expect(pieces).toEqual(['{"city":"Oslo"}', '{"city":"Rome"}']);
    expect(done).toEqual([
      [0, 'get_weather', '{"city":"Oslo"}'],
      [1, 'get_weather', '{"city":"Rome"}'],
    ]);
    expect(choices).toMatchObject([
      {
        finish_reason: 'tool_calls',
        message: { content: null, tool_calls: [wireCall('Oslo'), wireCall('Rome')] },
      },
    ]);
    expect(choices[0].message.tool_calls).toHaveLength(2);
  });
});

describe('tool loops of the openai SDK', () => {
  it.each([true, false])('go through the template, turn by turn (stream: %s)', async (stream) => {
    speaker.say(weatherCalls('Oslo'), 'Sunny.');
    const tool = { ...WEATHER, parse: JSON.parse, function: ({ city }: { city: string }) => `${city}: sun` };
    const messages = [...ask.messages];
    const tools = [{ type: 'function' as const, function: tool }];
    const runner = stream
      ? client.chat.completions.runTools({ model: MODEL, messages, tools, stream })
      : client.chat.completions.runTools({ model: MODEL, messages, tools });
    expect(await runner.finalContent()).toBe('Sunny.');
    const id = (runner.messages[1] as OpenAI.ChatCompletionAssistantMessageParam).tool_calls?.[0].id;
    expect(speaker.lastPrompt).toBe(
      `${TOOL_LIST}<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n\n` +
        '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call><|im_end|>\n' +
        `<|im_start|>tool ${id}\nOslo: sun<|im_end|>\n<|im_start|>assistant\n`,
    );
  });

  it.each([
    ['required', 'required' as const, 'tool_calls'],
    ['a named function', { type: 'function' as const, function: { name: 'get_weather' } }, 'stop'],
  ])('take a forced call (%s)', async (_, tool_choice, finishReason) => {
    speaker.say(weatherCalls('Oslo'));
    const { choices } = await client.chat.completions.create({ ...ask, tools: [weather], tool_choice });
    expect(choices).toMatchObject([
      { finish_reason: finishReason, message: { content: '', tool_calls: [wireCall('Oslo')] } },
    ]);
    expect(speaker.lastRequest.sampling.structuredOutputs?.structuralTag).toMatch(/^\{"type": "structural_tag", /);
  });
});

describe('answers to the openai SDK', () => {
  it('keep thoughts apart, whole and streamed', async () => {
    const text = '<think>\nHm.\n</think>\n\nYes';
    speaker.say(text, text);
    const whole = await client.chat.completions.create(ask);
    expect(whole.choices[0].message).toMatchObject({ content: 'Yes', reasoning: 'Hm.' });
    expect(whole.usage).toMatchObject({ completion_tokens: 10, completion_tokens_details: { reasoning_tokens: 4 } });
    const deltas: unknown[] = [];
    for await (const { choices } of await client.chat.completions.create({ ...ask, stream: true })) {
      deltas.push(choices[0].delta);
    }
    expect(deltas).toEqual([
      { role: 'assistant', content: '' },
      { reasoning: 'H' },
      { reasoning: 'm' },
      { reasoning: '.' },
      { content: 'Y' },
      { content: 'es' },
      {},
    ]);
  });

  it('hold n samples in one stream, and the usage of all', async () => {
    speaker.say('one', { text: 'two more', finish: 'length' });
    const stream = await client.chat.completions.create({
      ...ask,
      n: 2,
      seed: 7,
      stream: true,
      stream_options: { include_usage: true },
    });
    const choices = [0, 1].map(() => ({ roles: 0, text: '', finishReasons: [] as string[] }));
    const counts: unknown[] = [];
    for await (const chunk of stream) {
      if (chunk.usage) counts.push(chunk.choices.length, chunk.usage);
      for (const { index, delta, finish_reason } of chunk.choices) {
        if (delta.role === 'assistant') choices[index].roles += 1;
        choices[index].text += delta.content ?? '';
        if (finish_reason) choices[index].finishReasons.push(finish_reason);
      }
    }
    expect(choices).toEqual([
      { roles: 1, text: 'one', finishReasons: ['stop'] },
      { roles: 1, text: 'two more', finishReasons: ['length'] },
    ]);
    expect(counts).toEqual([0, { ...noDetails, prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 }]);
  });

  it('have the same log probabilities streamed as whole, for chats', async () => {
    const speech = { text: 'Hello', secondChoice: 'x' };
    speaker.say(speech, speech);
    const request = { ...ask, logprobs: true, top_logprobs: 2 };
    const whole = await client.chat.completions.create(request);
    const content: unknown[] = [];
    for await (const { choices } of await client.chat.completions.create({ ...request, stream: true })) {
      content.push(...(choices[0].logprobs?.content ?? []));
    }
    expect(content).toEqual(chatLogprobs('H', 'ello', '<|im_end|>'));
    expect(whole.choices[0].logprobs).toEqual({ content });
  });

  it('have the same log probabilities streamed as whole, for completions', async () => {
    const speech = { text: 'Hello', secondChoice: 'x' };
    speaker.say(speech, speech);
    const request = { model: MODEL, prompt: 'Say', logprobs: 1 };
    const whole = await client.completions.create(request);
    const expected = {
      tokens: ['H', 'ello', '<|im_end|>'],
      token_logprobs: [-0.25, -0.25, -0.25],
      text_offset: [0, 1, 5],
      top_logprobs: [
        { H: -0.25, x: -1.5 },
        { ello: -0.25, x: -1.5 },
        { '<|im_end|>': -0.25, x: -1.5 },
      ],
    };
    expect(whole.choices[0].logprobs).toEqual(expected);
    const streamed: Record<string, unknown[]> = { tokens: [], token_logprobs: [], text_offset: [], top_logprobs: [] };
    for await (const { choices } of await client.completions.create({ ...request, stream: true })) {
      for (const [name, values] of Object.entries<unknown[]>({ ...choices[0].logprobs }))
        streamed[name].push(...values);
    }
    expect(streamed).toEqual(expected);
  });

  it('come with the request’s id in their headers', async () => {
    speaker.say('a', 'a', 'a');
    const given = await client.chat.completions.create(ask, { headers: { 'x-request-id': 'mine' } }).withResponse();
    expect(given.request_id).toBe('mine');
    expect(given.data.id).toBe('chatcmpl-mine');
    expect(given.response.headers.get('content-type')).toBe('application/json');
    expect((await client.chat.completions.create(ask))._request_id).toMatch(/^[0-9a-f]{32}$/);
    const stream = await client.chat.completions.create({ ...ask, stream: true }).withResponse();
    expect(stream.request_id).toMatch(/^[0-9a-f]{32}$/);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    let text = '';
    for await (const { choices } of stream.data) text += choices[0]?.delta.content ?? '';
    expect(text).toBe('a');
  });
});

describe('requests of the openai SDK', () => {
  it.each<[string, object, object]>([
    ['seed', { seed: 42 }, { seed: 42 }],
    ['max_completion_tokens', { max_completion_tokens: 5 }, { maxTokens: 5 }],
    ['max_completion_tokens before max_tokens', { max_completion_tokens: 5, max_tokens: 9 }, { maxTokens: 5 }],
    ['max_tokens', { max_tokens: 9 }, { maxTokens: 9 }],
    ['one stop string', { stop: 'END' }, { stop: ['END'] }],
    ['stop strings', { stop: ['a', 'b'] }, { stop: ['a', 'b'] }],
    ['penalties', { presence_penalty: 1, frequency_penalty: -1 }, { presencePenalty: 1, frequencyPenalty: -1 }],
    ['logit_bias', { logit_bias: { 100: -100 } }, { logitBias: new Map([[100, -100]]) }],
    ['top_logprobs', { logprobs: true, top_logprobs: 3 }, { logprobs: 3 }],
    ['a JSON format', { response_format: { type: 'json_object' } }, { structuredOutputs: { jsonObject: true } }],
  ])('bring %s to the engine', async (_, fields, sampling) => {
    speaker.say('a');
    await client.chat.completions.create({ ...ask, ...fields });
    expect(speaker.lastRequest.sampling).toMatchObject(sampling);
  });

  it('say nothing to the engine of what has no meaning here', async () => {
    speaker.say('a', 'a');
    await client.chat.completions.create(ask);
    const plain = speaker.lastRequest;
    const { service_tier } = await client.chat.completions.create({
      ...ask,
      store: true,
      metadata: { topic: 'weather' },
      service_tier: 'flex',
      user: 'u',
      safety_identifier: 's',
      prompt_cache_key: 'p',
      verbosity: 'low',
      modalities: ['text'],
      prediction: { type: 'content', content: 'a' },
      web_search_options: {},
    });
    expect(service_tier).toBeNull();
    expect(speaker.lastRequest).toEqual({
      ...plain,
      requestId: speaker.lastRequest.requestId,
      externalRequestId: speaker.lastRequest.externalRequestId,
      arrivalTime: speaker.lastRequest.arrivalTime,
    });
  });

  it.each<[string, Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>, string]>([
    [
      'a developer',
      { messages: [{ role: 'developer', content: 'Be brief.' }, ...ask.messages] },
      `<|im_start|>system\nBe brief.\n<|im_end|>\n${PROMPT}`,
    ],
    [
      'text in parts',
      {
        messages: [
          { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: 'b' },
            ],
          },
        ],
      },
      '<|im_start|>system\nBe brief.\n<|im_end|>\n<|im_start|>user\na\nb<|im_end|>\n<|im_start|>assistant\n',
    ],
    ['how hard to think', { reasoning_effort: 'high' }, `<|im_start|>system\nEffort: high\n<|im_end|>\n${PROMPT}`],
    [
      'not to think',
      { reasoning_effort: 'none' },
      `<|im_start|>system\nEffort: none\n<|im_end|>\n${PROMPT}<think>\n\n</think>\n\n`,
    ],
  ])('bring %s into the prompt', async (_, fields, prompt) => {
    speaker.say('a');
    await client.chat.completions.create({ ...ask, ...fields });
    expect(speaker.lastPrompt).toBe(prompt);
  });
});

describe('failures, as the openai SDK sees them', () => {
  it.each([
    [
      'an unknown model',
      { model: 'nope' },
      {
        status: 404,
        type: 'NotFoundError',
        code: 404,
        param: 'model',
        message: '404 The model `nope` does not exist. Valid aliases: tiny-chat.',
      },
    ],
    [
      'a number out of range',
      { temperature: 3 },
      {
        status: 400,
        type: 'BadRequestError',
        code: 400,
        param: 'temperature',
        message: '400 temperature must be in [0, 2], got 3.0. (parameter=temperature, value=3.0)',
      },
    ],
  ])('are not tried again: %s', async (_, fields, error) => {
    for (const stream of [false, true]) {
      counting.count = 0;
      const request = client.chat.completions.create({ ...ask, ...fields, stream });
      await expect(request).rejects.toMatchObject(error);
      await expect(request).rejects.toMatchObject({ requestID: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
      expect(counting.count).toBe(1);
    }
  });

  it('are not tried again: a wrong key', async () => {
    counting.count = 0;
    await expect(client.withOptions({ apiKey: 'sk-wrong' }).models.list()).rejects.toMatchObject({ status: 401 });
    expect(counting.count).toBe(1);
  });

  it('end a stream that has begun', async () => {
    speaker.say({ text: 'Hello there', finish: 'error' });
    const stream = await client.chat.completions.create({ ...ask, stream: true });
    let text = '';
    const reading = async (): Promise<void> => {
      for await (const { choices } of stream) text += choices[0].delta.content ?? '';
    };
    await expect(reading()).rejects.toMatchObject({
      message: 'Internal server error',
      type: 'InternalServerError',
      code: 500,
    });
    expect(text).toBe('Hello');
  });
});

describe('an openai client that leaves', () => {
  it.each([true, false])('ends its request in the engine (stream: %s)', async (stream) => {
    speaker.say({ text: 'Hello there', finish: 'never' });
    const abort = new AbortController();
    const arrived = engine.next();
    const answer = client.chat.completions.create({ ...ask, stream }, { signal: abort.signal });
    const { request } = await arrived;
    const aborted = engine.nextAbort();
    if (stream) {
      for await (const _ of (await answer) as AsyncIterable<unknown>) abort.abort();
    } else {
      abort.abort();
      await expect(answer).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    }
    await aborted;
    expect(engine.aborted.at(-1)).toBe(request.requestId);
  });
});
