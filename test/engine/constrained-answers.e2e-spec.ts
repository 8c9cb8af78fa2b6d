import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import type { JSONSchema7 } from 'ai';
import { Ajv } from 'ajv';
import OpenAI from 'openai';
import { standardResponseFormat } from 'openai/helpers/standard-schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';

interface Trip {
  readonly city: string;
  readonly days: number;
  readonly means: readonly ('train' | 'boat')[];
}

const TRIP: JSONSchema7 & Record<string, unknown> = {
  type: 'object',
  properties: {
    city: { type: 'string', maxLength: 12 },
    days: { type: 'integer', minimum: 1, maximum: 7 },
    means: { type: 'array', items: { enum: ['train', 'boat'] }, minItems: 1, maxItems: 2 },
  },
  required: ['city', 'days', 'means'],
  additionalProperties: false,
};

const isTrip = new Ajv().compile<Trip>(TRIP);
const model = 'aerie-demo';
const question = 'What is the weather in Oslo?';
const modes = ['whole', 'streamed'] as const;

/** The schema as libraries hand theirs to the SDK. */
const tripSchema = {
  '~standard': {
    version: 1 as const,
    vendor: 'ajv',
    types: undefined as { readonly input: Trip; readonly output: Trip } | undefined,
    validate: (value: unknown) => (isTrip(value) ? { value } : { issues: [{ message: 'no trip' }] }),
    jsonSchema: { input: () => ({ ...TRIP }) },
  },
};

let aerie: AerieProcess;
let openai: OpenAI;
let provider: ReturnType<typeof createOpenAICompatible>;
let langchain: ChatOpenAI;

beforeAll(async () => {
  aerie = await startAerie(['--max-num-seqs', '8']);
  const baseURL = `${aerie.url}/v1`;
  openai = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
  provider = createOpenAICompatible({ name: 'aerie', baseURL, supportsStructuredOutputs: true });
  langchain = new ChatOpenAI({ model, temperature: 0, apiKey: 'none', configuration: { baseURL } });
});
afterAll(async () => {
  expect(await aerie.stop()).toBe(0);
});

const messages = [{ role: 'user' as const, content: question }];

// What a small model writes is its own; what a grammar promises holds for any model. Arguments follow a schema only where tools are strict.
describe('the openai SDK against the shipped model', () => {
  it.each(modes)('parses an answer by a schema (%s)', async (mode) => {
    const request = {
      ...{ model, messages, temperature: 0 },
      response_format: standardResponseFormat(tripSchema, 'trip'),
    };
    const answer =
      mode === 'whole'
        ? await openai.chat.completions.parse(request)
        : await openai.chat.completions.stream(request).finalChatCompletion();
    const [{ message, finish_reason }] = answer.choices;
    expect([isTrip(message.parsed), finish_reason]).toEqual([true, 'stop']);
    expect(JSON.parse(message.content ?? '')).toEqual(message.parsed);
  });

  it.each(modes)('parses the calls it has asked for, the one it names among several (%s)', async (mode) => {
    const tools = ['get_weather', 'plan_trip'].map((name) => ({
      type: 'function' as const,
      function: { name, parameters: TRIP, strict: true },
    }));
    const request = { model, messages, temperature: 0, tools };
    for (const tool_choice of ['required', { type: 'function', function: { name: 'plan_trip' } }] as const) {
      const asked = { ...request, tool_choice };
      const answer =
        mode === 'whole'
          ? await openai.chat.completions.parse(asked)
          : await openai.chat.completions.stream(asked).finalChatCompletion();
      const calls = answer.choices[0].message.tool_calls ?? [];
      expect(calls.length).toBeGreaterThan(0);
      expect(calls.filter((call) => !('function' in call && isTrip(call.function.parsed_arguments)))).toEqual([]);
      if (tool_choice !== 'required') expect(calls).toMatchObject([{ function: { name: 'plan_trip' } }]);
    }
  });

  it.each([
    ['auto', true],
    ['auto', false],
    ['required', true],
    ['required', false],
    [{ type: 'function', function: { name: 'plan_trip' } }, true],
    [{ type: 'function', function: { name: 'plan_trip' } }, false],
  ] as const)('runs the tools, with tool_choice %j (stream: %s)', async (tool_choice, stream) => {
    const trips: Trip[] = [];
    const tools = [
      {
        type: 'function' as const,
        function: {
          ...{ name: 'plan_trip', description: 'Plan a trip to a city.', parameters: TRIP, strict: true },
          parse: JSON.parse,
          function: (trip: Trip) => {
            trips.push(trip);
            return 'planned';
          },
        },
      },
    ];
    const request = { model, messages, temperature: 0, tools, tool_choice };
    const options = { maxChatCompletions: 2 };
    const runner = stream
      ? openai.chat.completions.runTools({ ...request, stream }, options)
      : openai.chat.completions.runTools(request, options);
    await runner.done();
    expect(trips.filter((trip) => !isTrip(trip))).toEqual([]);
    if (tool_choice !== 'auto') expect(trips.length).toBeGreaterThan(0);
  });
});

describe('the Vercel AI SDK against the shipped model', () => {
  it.each(modes)('generates an object (%s)', async (mode) => {
    const output = Output.object({ schema: jsonSchema<Trip>(TRIP) });
    const request = { model: provider(model), prompt: question, temperature: 0, output };
    const answer = mode === 'whole' ? await generateText(request) : streamText(request);
    expect(isTrip(await answer.output)).toBe(true);
  });

  it.each(modes)('runs the tool it demands (%s)', async (mode) => {
    const trips: Trip[] = [];
    const plan_trip = tool({
      strict: true,
      inputSchema: jsonSchema<Trip>(TRIP),
      execute: (trip) => {
        trips.push(trip);
        return 'planned';
      },
    });
    for (const toolChoice of ['required', { type: 'tool', toolName: 'plan_trip' }] as const) {
      const request = { model: provider(model), prompt: question, temperature: 0, tools: { plan_trip }, toolChoice };
      const steps = { stopWhen: stepCountIs(1) };
      const answer =
        mode === 'whole' ? await generateText({ ...request, ...steps }) : streamText({ ...request, ...steps });
      expect([await answer.text, await answer.finishReason]).toEqual([
        '',
        toolChoice === 'required' ? 'tool-calls' : 'stop',
      ]);
    }
    expect(trips.length).toBeGreaterThanOrEqual(2);
    expect(trips.filter((trip) => !isTrip(trip))).toEqual([]);
  });
});

describe('LangChain against the shipped model', () => {
  it.each(['jsonSchema', 'functionCalling'] as const)('gets structured output by %s', async (method) => {
    const structured = langchain.withStructuredOutput<Trip & Record<string, unknown>>(TRIP, {
      ...{ name: 'trip', method, strict: true },
    });
    expect(isTrip(await structured.invoke(question))).toBe(true);
    let last: unknown;
    for await (const piece of await structured.stream(question)) last = piece;
    expect(isTrip(last)).toBe(true);
  });

  it.each(modes)('gets the calls it binds (%s)', async (mode) => {
    const plan = { type: 'function' as const, function: { name: 'plan_trip', parameters: TRIP } };
    for (const tool_choice of ['required', 'plan_trip']) {
      const bound = langchain.bindTools([plan], { tool_choice, strict: true });
      let answer = mode === 'whole' ? await bound.invoke(question) : undefined;
      if (mode === 'streamed') {
        for await (const chunk of await bound.stream(question)) answer = answer?.concat(chunk) ?? chunk;
      }
      expect(answer?.tool_calls?.length).toBeGreaterThan(0);
      expect(answer?.tool_calls?.every(({ name, args }) => name === 'plan_trip' && isTrip(args))).toBe(true);
    }
  });
});

describe('a thinking budget of the shipped model', () => {
  const think = (budget?: number, more: object = {}) =>
    openai.chat.completions.create({
      ...{ model, messages: [{ role: 'user', content: 'List the numbers 75 to 80.' }], temperature: 0 },
      ...{ chat_template_kwargs: { enable_thinking: true }, thinking_token_budget: budget },
      ...more,
    });
  const thoughtOf = ({ choices: [{ message }] }: OpenAI.ChatCompletion): string =>
    (message as { reasoning?: string | null }).reasoning ?? '';

  it('cuts the thought short, and the answer follows', async () => {
    const free = await think();
    const cut = await think(2);
    expect(free.usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(2);
    expect(cut.usage?.completion_tokens_details?.reasoning_tokens).toBe(2);
    expect(thoughtOf(free).startsWith(thoughtOf(cut))).toBe(true);
    expect(cut.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: expect.stringMatching(/\S/) } });
    // Unlimited is unlimited.
    expect(thoughtOf(await think(-1))).toBe(thoughtOf(free));
  });

  it('leaves an answer by a schema behind it as it should be', async () => {
    const response_format = { type: 'json_schema', json_schema: { name: 'trip', schema: TRIP } };
    const { choices } = await think(1, { response_format });
    expect(isTrip(JSON.parse(choices[0].message.content ?? ''))).toBe(true);
  });

  it.each([-2, 1.5, 'many'])('is refused when it is %j', async (budget) => {
    await expect(think(budget as number)).rejects.toMatchObject({ status: 400, param: 'thinking_token_budget' });
  });
});
