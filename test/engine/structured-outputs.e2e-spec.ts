import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeModel } from '@app/model-repository';
import { OutputGrammars } from '@app/structured-output';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';

const schema = {
  type: 'object',
  properties: {
    city: { type: 'string', maxLength: 12 },
    degrees: { type: 'integer', minimum: -30, maximum: 45 },
    sky: { enum: ['clear', 'cloudy'] },
  },
  required: ['city', 'degrees', 'sky'],
};
const isValid = new Ajv2020().compile(schema);
const messages = [{ role: 'user' as const, content: 'Hello' }];
const THINKING = [{ role: 'user' as const, content: 'Think first: what is 2 plus 3?' }];

let aerie: AerieProcess;
let client: OpenAI;

beforeAll(async () => {
  aerie = await startAerie();
  client = new OpenAI({ baseURL: `${aerie.url}/v1`, apiKey: 'none', maxRetries: 0 });
});

afterAll(() => aerie.stop());

/** vLLM's own field, which the SDK passes on. */
function chat(extra: object): Promise<OpenAI.ChatCompletion> {
  const body = { model: 'aerie-demo', messages, max_tokens: 100, ...extra };
  return client.chat.completions.create(body as OpenAI.ChatCompletionCreateParamsNonStreaming);
}

async function contentOf(extra: object): Promise<(string | null)[]> {
  const { choices } = await chat(extra);
  expect(choices.map(({ finish_reason }) => finish_reason)).toEqual(choices.map(() => 'stop'));
  return choices.map(({ message }) => message.content);
}

describe('structured outputs on our engine', () => {
  it.each<readonly [string, object, RegExp]>([
    ['a choice', { choice: ['yes', 'no'] }, /^(?:yes|no)$/],
    ['a regex', { regex: '[A-Z]{2}-[0-9]{3}' }, /^[A-Z]{2}-[0-9]{3}$/],
    ['a grammar', { grammar: 'root ::= "a" b b\nb ::= [0-9] "x" # digit' }, /^a[0-9]x[0-9]x$/],
    ['a schema', { json: { type: 'integer', minimum: 30, maximum: 39 } }, /^3[0-9]$/],
    [
      'a structural tag',
      {
        structural_tag: JSON.stringify({
          type: 'structural_tag',
          format: { type: 'tag', begin: '<n>', content: { type: 'regex', pattern: '[0-9]' }, end: '</n>' },
        }),
      },
      /^<n>[0-9]<\/n>$/,
    ],
  ])('keep to %s', async (_, structured_outputs, expected) => {
    const [content] = await contentOf({ structured_outputs });
    expect(content).toMatch(expected);
  });

  it('are valid whatever is drawn, for several samples and requests at once', async () => {
    const response_format = { type: 'json_schema', json_schema: { name: 'weather', schema } };
    const samples = await Promise.all(
      [1, 2, 3, 4].map((seed) => contentOf({ response_format, n: 4, temperature: 2, seed })),
    );
    const values = samples.flat().map((content) => JSON.parse(content ?? '') as unknown);
    expect(values.filter((value) => !isValid(value))).toEqual([]);
  });

  it('are the same streamed', async () => {
    const body = { model: 'aerie-demo', messages, max_tokens: 100, stream: true, temperature: 0 } as const;
    const stream = client.chat.completions.stream({
      ...body,
      response_format: { type: 'json_schema', json_schema: { name: 'weather', schema } },
    });
    expect(isValid(JSON.parse((await stream.finalContent()) ?? ''))).toBe(true);
  });

  it('come after the thought of a model that thinks', async () => {
    const { choices } = await chat({
      messages: THINKING,
      temperature: 0,
      structured_outputs: { choice: ['five', 'six'] },
      chat_template_kwargs: { enable_thinking: true },
    });
    expect(choices[0].message).toMatchObject({
      content: expect.stringMatching(/^(?:five|six)$/) as string,
      reasoning: expect.stringContaining('2 + 3') as string,
    });
  });

  it('let thoughts be bounded', async () => {
    const { choices } = await chat({
      messages: THINKING,
      temperature: 0,
      thinking_token_budget: 2,
      chat_template_kwargs: { enable_thinking: true },
    });
    const { reasoning } = choices[0].message as { readonly reasoning?: string };
    expect(reasoning?.length).toBeLessThan(12);
  });

  it.each<readonly [string, unknown, RegExp]>([
    ['required', 'required', /^(?:get_weather|add)$/],
    ['named', { type: 'function', function: { name: 'add' } }, /^add$/],
  ])('force %s tool calls that fit their schemas', async (_, tool_choice, name) => {
    const parameters = {
      type: 'object',
      properties: { a: { type: 'integer' } },
      required: ['a'],
      additionalProperties: false,
    };
    const tools = ['get_weather', 'add'].map((tool) => ({
      type: 'function',
      function: { name: tool, strict: true, parameters },
    }));
    const { choices } = await chat({ tools, tool_choice });
    const calls = choices[0].message.tool_calls ?? [];
    expect(calls).toHaveLength(1);
    const [call] = calls;
    if (call.type !== 'function') throw new Error('a function is called');
    expect(call.function.name).toMatch(name);
    expect(JSON.parse(call.function.arguments)).toEqual({ a: expect.any(Number) as number });
  });

  it.each<readonly [string, object, string]>([
    ['a keyword that cannot be enforced', { json: { type: 'array', uniqueItems: true } }, '"uniqueItems"'],
    ['a broken regex', { regex: '(a' }, 'missing ")"'],
    ['a broken grammar', { grammar: 'root ::= b' }, 'rule "b" is not defined'],
    ['a remote reference', { json: { $ref: 'https://example.com/s.json' } }, '"$ref" can only name'],
    ['a hundred thousand repeats', { regex: '(a{1,100000}){1,100000}' }, 'counted repeats'],
    ['a schema that nothing fits', { json: { type: 'integer', minimum: 2, maximum: 1 } }, 'cannot be satisfied'],
  ])('refuse %s', async (_, structured_outputs, message) => {
    await expect(chat({ structured_outputs })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('the threads of grammars', () => {
  it('can die of one grammar without the others', async () => {
    const model = await describeModel(join(process.cwd(), 'apps/demo-model/aerie-demo'));
    const grammars = new OutputGrammars({ model, compileTimeoutMs: 300 });
    const ends = { eosTokenId: 2, stopTokenIds: [] };
    try {
      const follower = await grammars.follow({ choice: ['yes', 'no'] }, ends);
      const huge = grammars.follow({ grammar: `root ::= ${HUGE}` }, ends);
      await expect(huge).rejects.toThrow('cannot be followed');
      const again = await grammars.follow({ choice: ['yes', 'no'] }, ends);
      expect(await again.allowed()).toEqual(await follower.allowed());
    } finally {
      await grammars.close();
    }
  });
});

/** Seconds of work. */
const HUGE = Array.from({ length: 3000 }, (_, index) => `"${index}" ([a-z] [^"]{0,5} | "${index * 7}x")`).join(' | ');
