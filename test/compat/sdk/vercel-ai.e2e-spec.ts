import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { OpenAICompatibleProvider } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import type { LanguageModel } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Speaker } from '@support/speaker';
import type { TestEngine } from '@support/test-engine';
import {
  API_KEY,
  CALL_ID,
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
let provider: OpenAICompatibleProvider;
let model: LanguageModel;
const counting = new CountingFetch();

beforeAll(async () => {
  server = await startSpeakingServer();
  ({ engine, speaker } = server);
  provider = createOpenAICompatible({
    name: 'aerie',
    baseURL: server.baseURL,
    apiKey: API_KEY,
    fetch: counting.fetch,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  model = provider(MODEL);
});
afterAll(() => server.close());

const THOUGHT = '<think>\nHm.\n</think>\n\n';
const citySchema = jsonSchema<{ city: string }>(WEATHER.parameters);
const tools = {
  get_weather: tool({
    description: WEATHER.description,
    inputSchema: citySchema,
    execute: ({ city }) => `${city}: sun`,
  }),
};
const callId = expect.stringMatching(CALL_ID) as string;

interface Part {
  readonly type: string;
  readonly id?: string;
  readonly toolCallId?: string;
}

/** The parts of a stream that tell of the answer. */
async function partsOf({ fullStream }: { readonly fullStream: AsyncIterable<Part> }): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const part of fullStream) {
    if (!['start', 'start-step', 'finish-step'].includes(part.type)) parts.push(part);
  }
  return parts;
}

describe('answers to the Vercel AI SDK', () => {
  const usage = {
    inputTokens: 12,
    inputTokenDetails: { noCacheTokens: 9, cacheReadTokens: 3 },
    outputTokens: 10,
    outputTokenDetails: { textTokens: 6, reasoningTokens: 4 },
    totalTokens: 22,
  };

  it('come whole, with what was thought and what it cost', async () => {
    speaker.say({ text: `${THOUGHT}Yes`, cachedTokens: 3 });
    const answer = await generateText({ model, prompt: 'Hi', headers: { 'x-request-id': 'one' } });
    expect(answer.content).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Yes' },
    ]);
    expect(answer.finishReason).toBe('stop');
    expect(answer.response).toMatchObject({ id: 'chatcmpl-one', modelId: MODEL });
    expect(answer.usage).toMatchObject(usage);
  });

  it('come as the same parts in a stream', async () => {
    speaker.say({ text: `${THOUGHT}Yes`, cachedTokens: 3 });
    expect(await partsOf(streamText({ model, prompt: 'Hi' }))).toEqual([
      { type: 'reasoning-start', id: 'reasoning-0' },
      ...['H', 'm', '.'].map((text) => ({ type: 'reasoning-delta', id: 'reasoning-0', text })),
      { type: 'reasoning-end', id: 'reasoning-0' },
      { type: 'text-start', id: 'txt-0' },
      ...['Y', 'es'].map((text) => ({ type: 'text-delta', id: 'txt-0', text })),
      { type: 'text-end', id: 'txt-0' },
      {
        type: 'finish',
        finishReason: 'stop',
        rawFinishReason: 'stop',
        totalUsage: expect.objectContaining(usage) as object,
      },
    ]);
  });

  it.each([
    ['length', 'length'],
    ['abort', 'other'],
    ['repetition', 'other'],
  ] as const)('tell why they ended: %s', async (finish, finishReason) => {
    speaker.say({ text: 'Hello', finish }, { text: 'Hello', finish });
    const whole = await generateText({ model, prompt: 'Hi' });
    const streamed = streamText({ model, prompt: 'Hi' });
    expect([whole.finishReason, whole.rawFinishReason]).toEqual([finishReason, finish]);
    expect([await streamed.finishReason, await streamed.rawFinishReason]).toEqual([finishReason, finish]);
  });

  it('follow a schema', async () => {
    speaker.say('{"city":"Oslo"}');
    const output = Output.object({ schema: citySchema });
    expect((await generateText({ model, prompt: 'Hi', output })).output).toEqual({ city: 'Oslo' });
    expect(speaker.lastRequest.sampling.structuredOutputs?.json).toEqual(WEATHER.parameters);
  });

  it('heed the fields that only this provider has', async () => {
    speaker.say('a');
    const aerie = { top_k: 5, min_p: 0.25, reasoningEffort: 'low', chat_template_kwargs: { enable_thinking: false } };
    await generateText({ model, prompt: 'Hi', seed: 7, stopSequences: ['END'], providerOptions: { aerie } });
    expect(speaker.lastRequest.sampling).toMatchObject({ topK: 5, minP: 0.25, seed: 7, stop: ['END'] });
    expect(speaker.lastPrompt).toBe(
      '<|im_start|>system\nEffort: low\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n' +
        '<|im_start|>assistant\n<think>\n\n</think>\n\n',
    );
  });
});

describe('tool loops of the Vercel AI SDK', () => {
  /** What the second turn has to see: the thought, the calls and their results. */
  const secondPrompt = (ids: readonly string[]): string =>
    '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\nHm.\n</think>\n' +
    ['Oslo', 'Rome']
      .map((city) => `\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "${city}"}}\n</tool_call>`)
      .join('') +
    '<|im_end|>\n' +
    ['Oslo', 'Rome'].map((city, index) => `<|im_start|>tool ${ids[index]}\n${city}: sun<|im_end|>\n`).join('') +
    '<|im_start|>assistant\n';
  const promptAfterTools = (): string => speaker.lastPrompt.slice(speaker.lastPrompt.indexOf('<|im_start|>user'));

  it('go on with the results, whole', async () => {
    speaker.say(THOUGHT + weatherCalls('Oslo', 'Rome'), 'Sunny.');
    const { text, steps } = await generateText({ model, prompt: 'Hi', tools, stopWhen: stepCountIs(3) });
    expect(text).toBe('Sunny.');
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop']);
    expect(steps[0].reasoningText).toBe('Hm.');
    expect(steps[0].toolCalls).toMatchObject([
      { toolCallId: callId, toolName: 'get_weather', input: { city: 'Oslo' } },
      { toolCallId: callId, toolName: 'get_weather', input: { city: 'Rome' } },
    ]);
    expect(promptAfterTools()).toBe(secondPrompt(steps[0].toolCalls.map(({ toolCallId }) => toolCallId)));
  });

  it('go on with the results, streamed', async () => {
    speaker.say(THOUGHT + weatherCalls('Oslo', 'Rome'), 'Sunny.');
    const stream = streamText({ model, prompt: 'Hi', tools, stopWhen: stepCountIs(3) });
    const parts = await partsOf(stream);
    const [first] = await stream.steps;
    const ids = first.toolCalls.map(({ toolCallId }) => toolCallId);
    const partsOfCall = (id: string) =>
      parts
        .filter((part) => part.id === id || part.toolCallId === id)
        .filter(({ type }) => type !== 'tool-input-delta');
    ['Oslo', 'Rome'].forEach((city, index) =>
      expect(partsOfCall(ids[index])).toMatchObject([
        { type: 'tool-input-start', toolName: 'get_weather' },
        { type: 'tool-input-end' },
        { type: 'tool-call', toolName: 'get_weather', input: { city } },
        { type: 'tool-result', output: `${city}: sun` },
      ]),
    );
    expect(ids).toEqual([callId, callId]);
    expect(parts.filter(({ type }) => type === 'error')).toEqual([]);
    expect(await stream.text).toBe('Sunny.');
    expect(promptAfterTools()).toBe(secondPrompt(ids));
  });

  it.each([
    ['required', 'required' as const, 'tool-calls'],
    ['a named tool', { type: 'tool' as const, toolName: 'get_weather' as const }, 'stop'],
  ])('take a forced call (%s)', async (_, toolChoice, finishReason) => {
    speaker.say(weatherCalls('Oslo'), weatherCalls('Oslo'));
    const request = { model, prompt: 'Hi', tools, toolChoice };
    const whole = await generateText(request);
    const streamed = streamText(request);
    const expected = [{ toolName: 'get_weather', input: { city: 'Oslo' } }];
    expect(whole.toolCalls).toMatchObject(expected);
    expect(await streamed.toolCalls).toMatchObject(expected);
    expect([whole.finishReason, await streamed.finishReason]).toEqual([finishReason, finishReason]);
  });
});

describe('the completion model of the Vercel AI SDK', () => {
  it('gets a completion, whole and streamed', async () => {
    const speech = { text: 'Hello there', finish: 'length' } as const;
    speaker.say(speech, speech);
    const request = { model: provider.completionModel(MODEL), prompt: 'Hi', maxOutputTokens: 3 };
    const whole = await generateText(request);
    expect(whole).toMatchObject({ text: 'Hello there', finishReason: 'length', usage: { outputTokens: 3 } });
    expect(speaker.lastPrompt).toBe('user:\nHi\n\nassistant:\n');
    expect(speaker.lastRequest.sampling).toMatchObject({ stop: ['\nuser:'], maxTokens: 3 });
    const streamed = streamText(request);
    expect(await streamed.text).toBe('Hello there');
    expect(await streamed.finishReason).toBe('length');
    expect(await streamed.usage).toMatchObject({ inputTokens: whole.usage.inputTokens, outputTokens: 3 });
  });
});

describe('failures, as the Vercel AI SDK sees them', () => {
  const fact = (statusCode: number, type: string, param: string, message: string) => ({
    statusCode,
    message,
    isRetryable: false,
    data: { error: { message, type, param, code: statusCode } },
  });

  it.each([
    [
      'an unknown model',
      () => ({ model: provider('nope'), prompt: 'Hi' }),
      fact(404, 'NotFoundError', 'model', 'The model `nope` does not exist. Valid aliases: tiny-chat.'),
    ],
    [
      'a number out of range',
      () => ({ model, prompt: 'Hi', temperature: 3 }),
      fact(
        400,
        'BadRequestError',
        'temperature',
        'temperature must be in [0, 2], got 3.0. (parameter=temperature, value=3.0)',
      ),
    ],
    [
      'a wrong key',
      () => ({ model, prompt: 'Hi', headers: { authorization: 'Bearer sk-wrong' } }),
      { statusCode: 401, message: 'Unauthorized', responseBody: '{"error":"Unauthorized"}', isRetryable: false },
    ],
  ])('are not tried again: %s', async (_, request, error) => {
    counting.count = 0;
    const failure: unknown = await generateText(request()).catch((reason: unknown) => reason);
    expect(APICallError.isInstance(failure)).toBe(true);
    expect(failure).toMatchObject(error);
    const parts = await partsOf(streamText({ ...request(), onError: () => undefined }));
    expect(parts).toMatchObject([{ type: 'error', error }]);
    expect(counting.count).toBe(2);
  });

  it('end a stream that has begun', async () => {
    speaker.say({ text: 'Hello there', finish: 'error' });
    expect(await partsOf(streamText({ model, prompt: 'Hi', onError: () => undefined }))).toMatchObject([
      { type: 'text-start' },
      { type: 'text-delta', text: 'H' },
      { type: 'text-delta', text: 'ello' },
      {
        type: 'error',
        error: { message: 'Internal server error', type: 'InternalServerError', param: null, code: 500 },
      },
      { type: 'text-end' },
      { type: 'finish', finishReason: 'error' },
    ]);
  });
});

describe('a Vercel AI client that leaves', () => {
  it.each([true, false])('ends its request in the engine (stream: %s)', async (stream) => {
    speaker.say({ text: 'Hello there', finish: 'never' });
    const abort = new AbortController();
    const arrived = engine.next();
    const request = { model, prompt: 'Hi', abortSignal: abort.signal };
    const aborted = engine.nextAbort();
    const reading = stream
      ? partsOf({ fullStream: stopAtText(streamText(request).fullStream, abort) })
      : generateText(request);
    const { request: running } = await arrived;
    if (stream) {
      expect((await reading) as object).toMatchObject([
        { type: 'text-start' },
        { type: 'text-delta', text: 'H' },
        { type: 'abort' },
      ]);
    } else {
      abort.abort();
      await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    }
    await aborted;
    expect(engine.aborted.at(-1)).toBe(running.requestId);
  });
});

/** The parts as they are; the reader leaves at the first text. */
async function* stopAtText(parts: AsyncIterable<Part>, abort: AbortController): AsyncIterable<Part> {
  for await (const part of parts) {
    if (part.type === 'text-delta') abort.abort();
    yield part;
  }
}
