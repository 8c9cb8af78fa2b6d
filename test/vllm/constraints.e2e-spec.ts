import { toolParsers } from '@app/output-parsers';
import type { CallConstraint, OfferedFunction, ParserModel, ToolParserDefinition } from '@app/output-parsers';
import { fixtureNames, loadFixture, modelOf, readTools } from '@testing/output-parsers';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete, health, post } from './ask.js';
import { startAttachedAerie } from './attached-aerie.js';
import type { AttachedAerie } from './attached-aerie.js';
import { showOutputOfFailures } from './show-failures.js';
import { SERVED_NAME as model } from './vllm-process.js';

let attached: AttachedAerie;
let url: string;
let client: OpenAI;

beforeAll(async () => {
  attached = await startAttachedAerie({ aerieArgs: ['--enable-auto-tool-choice', '--tool-call-parser', 'hermes'] });
  ({ url } = attached.aerie);
  client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0, defaultHeaders: { connection: 'close' } });
});

afterAll(() => attached?.stop());
showOutputOfFailures(() => attached?.output());

/** A model without sense likes white space, which JSON allows without end. */
const ROOM = { max_tokens: 1900, temperature: 1, seed: 5 };

const PAINT: OfferedFunction = {
  name: 'paint',
  parameters: {
    type: 'object',
    properties: { colour: { enum: ['red', 'green'] }, coats: { type: 'integer', minimum: 1, maximum: 3 } },
    required: ['colour', 'coats'],
    additionalProperties: false,
  },
  strict: true,
};
const WAIT: OfferedFunction = {
  name: 'wait',
  parameters: {
    type: 'object',
    properties: { long: { type: 'boolean' } },
    required: ['long'],
    additionalProperties: false,
  },
  strict: true,
};
const tools = [PAINT, WAIT];
const painting: unknown = {
  colour: expect.stringMatching(/^\s*(red|green)\s*$/),
  coats: expect.toBeOneOf([1, 2, 3]),
};
const waiting: unknown = { long: expect.any(Boolean) };

/** Their tags let a thought or any value in, of which a model without sense finds no end. */
const FREE = ['kimi_k3', 'hy_v4'];
const taggedParsers = toolParsers.names
  .map((name) => toolParsers.mustFind(name))
  .filter((parser) => parser.structuralTag !== undefined);
const boundParsers = taggedParsers.filter(({ name }) => !FREE.includes(name));

/** The model that a parser is made for, as far as parsers ask. */
function modelFor({ name }: ToolParserDefinition): ParserModel {
  const fixture = fixtureNames('tool')
    .map((file) => loadFixture('tool', file))
    .find(({ names }) => names.includes(name));
  if (fixture === undefined) throw new Error(`no recordings of ${name}`);
  return modelOf(fixture);
}

/** What the engine says when it is held to the calls of a format. */
async function say(parser: ToolParserDefinition, constraint: Omit<CallConstraint, 'model'>, fields: object = {}) {
  const format = parser.structuralTag?.({ ...constraint, model: modelFor(parser) });
  const structured_outputs = format && { structural_tag: JSON.stringify({ type: 'structural_tag', format }) };
  const answer = await complete(url, {
    ...{ ...ROOM, ignore_eos: false, structured_outputs },
    ...fields,
  });
  const body = (await answer.json()) as { choices: { text: string; finish_reason: string }[] };
  expect(answer.status, JSON.stringify(body)).toBe(200);
  return body.choices[0];
}

/** The first call that a parser reads in a text. */
function readCall(parser: ToolParserDefinition, text: string): { name?: string; json: string } {
  const events = readTools(parser.create({ tools, templateKwargs: {}, model: modelFor(parser) }), [text], {
    cutOff: false,
  });
  const name = events.flatMap((event) => (event.type === 'tool-call-start' ? [event.name] : [])).at(0);
  const pieces = events.map((event) => (event.type === 'tool-call-delta' && event.index === 0 ? event.delta : ''));
  return { name, json: pieces.join('') };
}

const named = (parsers: readonly ToolParserDefinition[]) => parsers.map((parser) => [parser.name, parser] as const);

describe('calls that vLLM is held to', () => {
  it.each(named(boundParsers))('are of the one tool, with its arguments, and are read: %s', async (_, parser) => {
    const { text, finish_reason } = await say(parser, { tools: [PAINT], demand: 'named' });
    const { name, json } = readCall(parser, text);
    expect([name, JSON.parse(json), finish_reason], text).toEqual(['paint', painting, 'stop']);
  });

  it.each(named(boundParsers))('are of any tool, and are read: %s', async (_, parser) => {
    const { text } = await say(parser, { tools, demand: 'required' }, { max_tokens: 300 });
    expect(readCall(parser, text).name, text).toBeOneOf(['paint', 'wait']);
  });

  it.each(named(taggedParsers))('can be left out: %s', async (_, parser) => {
    const { text } = await say(parser, { tools, demand: 'auto' }, { max_tokens: 8 });
    expect(text).not.toBe('');
  });
});

describe('chats of vLLM with tools', () => {
  const offered = tools.map((function_) => ({
    type: 'function' as const,
    function: function_ as OpenAI.FunctionDefinition,
  }));
  const chat = { model, messages: [{ role: 'user' as const, content: 'Paint it.' }], tools: offered, ...ROOM };

  it.each([
    ['one call at most', {}],
    ['a wanted format besides, which gives way', { response_format: { type: 'json_object' as const } }],
  ])('call when they must: %s', async (_, fields) => {
    const asked = { ...chat, ...fields, tool_choice: 'required' as const };
    const { choices } = await client.chat.completions.create({ ...asked, parallel_tool_calls: false });
    const [{ message, finish_reason }] = choices;
    expect(message.tool_calls).toHaveLength(1);
    expect(finish_reason).toBe('tool_calls');
    const [call] = message.tool_calls ?? [];
    if (call.type !== 'function') throw new Error('not a function');
    expect(JSON.parse(call.function.arguments)).toEqual(call.function.name === 'paint' ? painting : waiting);
  });

  it('call the same streamed as whole', async () => {
    const asked = { ...chat, tool_choice: { type: 'function' as const, function: { name: 'paint' } } };
    const whole = await client.chat.completions.create(asked);
    const streamed = await client.chat.completions.stream(asked).finalChatCompletion();
    const said = [whole, streamed].map(({ choices: [{ message, finish_reason }] }) => {
      const calls = message.tool_calls?.map((call) => call.type === 'function' && call.function.arguments);
      return { calls, finish_reason };
    });
    expect(said[1]).toEqual(said[0]);
    expect(said[0]).toEqual({ calls: [expect.any(String)], finish_reason: 'stop' });
  });

  it('call, or answer in the wanted format', async () => {
    const response_format = {
      type: 'json_schema' as const,
      json_schema: { name: 'wait', schema: WAIT.parameters as Record<string, unknown> },
    };
    const { choices } = await client.chat.completions.create({ ...chat, response_format });
    const [{ message }] = choices;
    if (message.tool_calls) expect(message.tool_calls.length).toBeGreaterThan(0);
    else expect(JSON.parse(message.content ?? '')).toEqual(waiting);
  });
});

describe('constraints that vLLM cannot follow', () => {
  const nested = (depth: number): object => (depth === 0 ? { type: 'integer' } : { items: nested(depth - 1) });

  it.each<[string, object]>([
    ['a type that is none', { json: { type: 'strin' } }],
    ['a schema that is nested too deeply', { json: nested(65) }],
    ['a broken pattern', { regex: '(' }],
    ['a grammar without an end', { grammar: 'root ::= "a' }],
    ['no choice', { choice: [] }],
    ['two kinds', { regex: 'a', choice: ['a'] }],
    ['a structural tag of no type', { structural_tag: '{"type":"structural_tag","format":{"type":"none"}}' }],
  ])('are refused, and the engine goes on: %s', async (_, structured_outputs) => {
    const body = { model, messages: [{ role: 'user', content: 'Hello' }], structured_outputs };
    expect((await post(`${url}/v1/chat/completions`, body)).status).toBe(400);
    expect(await health(url)).toBe(200);
    expect((await complete(url, {})).status).toBe(200);
  });
});
