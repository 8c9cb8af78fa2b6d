import { HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import type { AIMessageChunk } from '@langchain/core/messages';
import { ChatOpenAI, OpenAI } from '@langchain/openai';
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
const counting = new CountingFetch();

beforeAll(async () => {
  server = await startSpeakingServer();
  ({ engine, speaker } = server);
});
afterAll(() => server.close());

// `streaming: true` stays away: with it the SDK counts tokens by itself, with tables from the network.
const fields = () => ({
  model: MODEL,
  apiKey: API_KEY,
  configuration: { baseURL: server.baseURL, fetch: counting.fetch },
});
const chat = (more: ConstructorParameters<typeof ChatOpenAI>[0] = {}) => new ChatOpenAI({ ...fields(), ...more });
const llm = (more: ConstructorParameters<typeof OpenAI>[0] = {}) => new OpenAI({ ...fields(), ...more });
const weather = { type: 'function' as const, function: WEATHER };

async function piecesOf<Piece>(stream: AsyncIterable<Piece>): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
}

async function wholeOf(stream: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk> {
  return (await piecesOf(stream)).reduce((whole, chunk) => whole.concat(chunk));
}

describe('answers to LangChain’s chat model', () => {
  const answer = {
    id: expect.stringMatching(/^chatcmpl-[0-9a-f]{16}$/) as string,
    content: 'Hello there',
    tool_calls: [],
    invalid_tool_calls: [],
    usage_metadata: {
      input_tokens: 12,
      output_tokens: 4,
      total_tokens: 16,
      input_token_details: { cache_read: 3 },
      output_token_details: { reasoning: 0 },
    },
    response_metadata: { model_name: MODEL, finish_reason: 'stop' },
  };

  it('come whole', async () => {
    speaker.say({ text: 'Hello there', cachedTokens: 3 });
    expect(await chat().invoke('Hi')).toMatchObject(answer);
  });

  it('come in chunks that add up to the same', async () => {
    speaker.say({ text: 'Hello there', cachedTokens: 3 });
    const chunks = await piecesOf(await chat().stream('Hi'));
    // The role, three tokens, the end, the usage.
    expect(chunks.map(({ content }) => content)).toEqual(['', 'H', 'ello', ' there', '', '']);
    expect(chunks.reduce((whole, chunk) => whole.concat(chunk))).toMatchObject(answer);
  });

  it.each([true, false])('have the log probabilities of every token (stream: %s)', async (stream) => {
    speaker.say({ text: 'Hello', secondChoice: 'x' });
    const model = chat({ logprobs: true, topLogprobs: 2 });
    const { response_metadata } = stream ? await wholeOf(await model.stream('Hi')) : await model.invoke('Hi');
    expect(response_metadata.logprobs).toEqual({ content: chatLogprobs('H', 'ello', '<|im_end|>') });
  });

  it('are as many as asked for', async () => {
    speaker.say('one', 'two');
    const { generations, llmOutput } = await chat({ n: 2 }).generate([[new HumanMessage('Hi')]]);
    expect(generations.map((samples) => samples.map(({ text }) => text))).toEqual([['one', 'two']]);
    expect(llmOutput).toEqual({ tokenUsage: { promptTokens: 12, completionTokens: 5, totalTokens: 17 } });
  });

  it('answer the conversation that was sent, with its options', async () => {
    speaker.say('a');
    const model = chat({ maxTokens: 9, topP: 0.5, frequencyPenalty: 1, modelKwargs: { top_k: 5 } });
    await model.invoke([new SystemMessage('Be brief.'), new HumanMessage([{ type: 'text', text: 'Hi' }])], {
      stop: ['END'],
      seed: 7,
    });
    expect(speaker.lastRequest.sampling).toMatchObject({
      maxTokens: 9,
      topP: 0.5,
      topK: 5,
      frequencyPenalty: 1,
      stop: ['END'],
      seed: 7,
    });
    expect(speaker.lastPrompt).toBe(
      '<|im_start|>system\nBe brief.\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    );
  });
});

describe('tools bound to LangChain’s chat model', () => {
  const callOf = (city: string) => ({
    type: 'tool_call',
    id: expect.stringMatching(CALL_ID) as string,
    name: 'get_weather',
    args: { city },
  });

  it.each([true, false])('are called, and their results are read (stream: %s)', async (stream) => {
    speaker.say(weatherCalls('Oslo', 'Rome'), 'Sunny.');
    const model = chat().bindTools([weather]);
    const question = new HumanMessage('Hi');
    const asking = stream ? await wholeOf(await model.stream([question])) : await model.invoke([question]);
    expect(asking.tool_calls).toEqual([callOf('Oslo'), callOf('Rome')]);
    expect(asking).toMatchObject({
      content: '',
      invalid_tool_calls: [],
      response_metadata: { finish_reason: 'tool_calls' },
    });
    const ids = (asking.tool_calls ?? []).map(({ id = '' }) => id);
    const results = ids.map((id, index) => new ToolMessage({ tool_call_id: id, content: `sun ${index}` }));
    const answer = await model.invoke([question, asking, ...results]);
    expect(answer.content).toBe('Sunny.');
    expect(speaker.lastPrompt.slice(speaker.lastPrompt.indexOf('<|im_start|>assistant'))).toBe(
      '<|im_start|>assistant\n' +
        ['Oslo', 'Rome']
          .map((city) => `\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "${city}"}}\n</tool_call>`)
          .join('') +
        `<|im_end|>\n<|im_start|>tool ${ids[0]}\nsun 0<|im_end|>\n<|im_start|>tool ${ids[1]}\nsun 1<|im_end|>\n` +
        '<|im_start|>assistant\n',
    );
  });

  it('carry structured output', async () => {
    speaker.say(weatherCalls('Oslo'));
    const model = chat().withStructuredOutput(WEATHER.parameters, { name: 'get_weather', method: 'functionCalling' });
    expect(await model.invoke('Hi')).toEqual({ city: 'Oslo' });
    expect(speaker.lastRequest.sampling.structuredOutputs?.structuralTag).toMatch(/^\{"type": "structural_tag", /);
  });
});

describe('LangChain’s completion model', () => {
  it('gets a completion, whole and streamed', async () => {
    const speech = { text: 'Hello there', finish: 'length' } as const;
    speaker.say(speech, speech);
    const model = llm({ maxTokens: 3, stop: ['END'] });
    expect(await model.invoke('Hi')).toBe('Hello there');
    // Held back, as it may be a part of the stop string.
    expect(await piecesOf(await model.stream('Hi'))).toEqual(['', 'Hel', 'lo there']);
    expect(speaker.lastRequest.sampling).toMatchObject({ maxTokens: 3, stop: ['END'] });
    expect(speaker.lastPrompt).toBe('Hi');
  });

  it('gets the samples of many prompts from one request', async () => {
    speaker.say('a', 'b', 'c', 'd');
    counting.count = 0;
    const { generations, llmOutput } = await llm({ n: 2 }).generate(['Hi', 'Hey']);
    expect(generations.map((samples) => samples.map(({ text }) => text))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(generations[1][1].generationInfo).toEqual({ finishReason: 'stop', logprobs: null });
    expect(llmOutput).toEqual({ tokenUsage: { promptTokens: 4, completionTokens: 8, totalTokens: 12 } });
    expect(counting.count).toBe(1);
  });
});

describe('failures, as LangChain sees them', () => {
  it.each([
    [
      'an unknown model',
      () => ({ model: 'nope' }),
      'Hi',
      { status: 404, param: 'model', code: 404, lc_error_code: 'MODEL_NOT_FOUND' },
    ],
    ['a wrong key', () => ({ apiKey: 'sk-wrong' }), 'Hi', { status: 401, lc_error_code: 'MODEL_AUTHENTICATION' }],
    [
      'a number out of range',
      () => ({ temperature: 3 }),
      'Hi',
      {
        status: 400,
        param: 'temperature',
        message: '400 temperature must be in [0, 2], got 3.0. (parameter=temperature, value=3.0)',
      },
    ],
    ['a prompt that is too long', () => ({}), 'word '.repeat(600), { name: 'ContextOverflowError' }],
  ])('are told by kind and not tried again: %s', async (_, more, text, error) => {
    counting.count = 0;
    await expect(chat(more()).invoke(text)).rejects.toMatchObject(error);
    await expect(chat(more()).stream(text)).rejects.toMatchObject(error);
    await expect(llm(more()).invoke(text)).rejects.toMatchObject(error);
    expect(counting.count).toBe(3);
  });

  it('end a stream that has begun', async () => {
    speaker.say({ text: 'Hello there', finish: 'error' });
    await expect(piecesOf(await chat().stream('Hi'))).rejects.toMatchObject({ message: 'Internal server error' });
  });
});

describe('a LangChain client that leaves', () => {
  it.each([true, false])('ends its request in the engine (stream: %s)', async (stream) => {
    speaker.say({ text: 'Hello there', finish: 'never' });
    const abort = new AbortController();
    const arrived = engine.next();
    const aborted = engine.nextAbort();
    const reading = stream
      ? chat()
          .stream('Hi', { signal: abort.signal })
          .then(async (chunks) => {
            for await (const { content } of chunks) if (content !== '') abort.abort();
          })
      : chat().invoke('Hi', { signal: abort.signal });
    const left = expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    const { request } = await arrived;
    if (!stream) abort.abort();
    await left;
    await aborted;
    expect(engine.aborted.at(-1)).toBe(request.requestId);
  });
});
