import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { ChatOpenAI } from '@langchain/openai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_KEY, MODEL, startSpeakingServer, WEATHER } from './speaking-server.js';
import type { SpeakingServer } from './speaking-server.js';

/** How models write the same call. */
const WRITTEN: readonly (readonly [parser: string, text: string])[] = [
  ['hermes', '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>'],
  [
    'qwen3_coder',
    '<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n</function>\n</tool_call>',
  ],
  ['glm45', '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n</tool_call>'],
  ['pythonic', '[get_weather(city="Oslo")]'],
  ['xlam', '[{"name": "get_weather", "arguments": {"city": "Oslo"}}]'],
];

describe.each(WRITTEN)('the tool loop over %s', (parser, call) => {
  let server: SpeakingServer;
  let seen: unknown[];

  beforeAll(async () => {
    server = await startSpeakingServer(parser);
  });
  afterAll(() => server.close());

  const weather = (place: unknown): string => {
    seen.push(place);
    return 'sun';
  };
  const begin = (): void => {
    seen = [];
    server.speaker.say(call, 'Sunny.');
  };

  it.each([true, false])('of the openai SDK comes to its end (stream: %s)', async (stream) => {
    begin();
    const client = new OpenAI({ baseURL: server.baseURL, apiKey: API_KEY });
    const request = {
      model: MODEL,
      messages: [{ role: 'user' as const, content: 'Hi' }],
      tools: [{ type: 'function' as const, function: { ...WEATHER, parse: JSON.parse, function: weather } }],
    };
    const runner = stream
      ? client.chat.completions.runTools({ ...request, stream })
      : client.chat.completions.runTools(request);
    expect(await runner.finalContent()).toBe('Sunny.');
    expect(seen).toEqual([{ city: 'Oslo' }]);
  });

  it.each([true, false])('of the Vercel AI SDK comes to its end (stream: %s)', async (stream) => {
    begin();
    const provider = createOpenAICompatible({ name: 'aerie', baseURL: server.baseURL, apiKey: API_KEY });
    const request = {
      model: provider(MODEL),
      prompt: 'Hi',
      stopWhen: stepCountIs(3),
      tools: { get_weather: tool({ inputSchema: jsonSchema(WEATHER.parameters), execute: weather }) },
    };
    const text = stream ? await streamText(request).text : (await generateText(request)).text;
    expect(text).toBe('Sunny.');
    expect(seen).toEqual([{ city: 'Oslo' }]);
  });

  it.each([true, false])('of LangChain gets the call (stream: %s)', async (stream) => {
    begin();
    const chat = new ChatOpenAI({ model: MODEL, apiKey: API_KEY, configuration: { baseURL: server.baseURL } });
    const bound = chat.bindTools([{ type: 'function', function: WEATHER }]);
    let answer = stream ? undefined : await bound.invoke('Hi');
    if (stream) for await (const chunk of await bound.stream('Hi')) answer = answer?.concat(chunk) ?? chunk;
    expect(answer?.tool_calls).toMatchObject([{ name: 'get_weather', args: { city: 'Oslo' } }]);
    expect(answer?.content).toBe('');
  });
});
