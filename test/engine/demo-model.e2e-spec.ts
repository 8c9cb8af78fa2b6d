import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';

/** A held-back prompt of the model's card, with what counts as right and what the model said when the card was written. */
interface HeldBack {
  readonly skill: string;
  readonly messages?: OpenAI.ChatCompletionMessageParam[];
  readonly prompt?: string;
  readonly tools?: OpenAI.ChatCompletionTool[];
  readonly enable_thinking?: boolean;
  readonly check: Check;
  readonly answer: string;
}

type Check =
  | { readonly kind: 'exact' | 'prefix'; readonly text: string }
  | { readonly kind: 'contains'; readonly all: readonly string[] }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'tool_calls'; readonly calls: readonly ToolCall[] }
  | { readonly kind: 'think'; readonly answer: Check };

interface ToolCall {
  readonly name: string;
  readonly arguments: unknown;
}

/** An answer as a client sees it. */
interface Answer {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
}

const heldBack = readFileSync(join(process.cwd(), 'apps/demo-model/aerie-demo/heldout.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as HeldBack);
const skills = [...new Set(heldBack.map(({ skill }) => skill))];

let aerie: AerieProcess;
let client: OpenAI;

beforeAll(async () => {
  aerie = await startAerie();
  client = new OpenAI({ baseURL: `${aerie.url}/v1`, apiKey: 'none' });
});

afterAll(() => aerie.stop());

describe('the shipped model, on our engine', () => {
  it.each(skills)('is as good at %s as its card says', async (skill) => {
    const own = heldBack.filter((prompt) => prompt.skill === skill);
    const answers = await Promise.all(own.map(ask));
    const right = own.filter(({ check }, index) => isRight(answers[index], check)).length;
    const expected = own.filter(({ check, answer }) => isRight(readMarkup(answer), check)).length;
    expect(expected).toBeGreaterThan(0);
    // Another processor may round one answer over to the other side.
    expect(right).toBeGreaterThanOrEqual(expected - 1);
  });
});

describe('tools with the openai SDK', () => {
  it('are called, streamed, run and used', async () => {
    const asked: string[] = [];
    const runner = client.chat.completions.runTools({
      model: 'aerie-demo',
      temperature: 0,
      stream: true,
      messages: [{ role: 'user', content: 'What is the weather in Oslo?' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'Get the weather of a city.',
            parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
            parse: JSON.parse,
            function: ({ city }: { city: string }) => {
              asked.push(city);
              return 'sunny, 21 degrees';
            },
          },
        },
      ],
    });
    const text = await runner.finalContent();
    expect(asked).toEqual(['Oslo']);
    expect(text).toMatch(/sunny|21/);
  });
});

async function ask({ messages, prompt, tools, enable_thinking }: HeldBack): Promise<Answer> {
  if (prompt !== undefined) {
    const { choices } = await client.completions.create({
      model: 'aerie-demo',
      prompt,
      temperature: 0,
      max_tokens: 32,
    });
    return { content: choices[0].text, reasoning: '', calls: [] };
  }
  const { choices } = await client.chat.completions.create({
    model: 'aerie-demo',
    messages: (messages ?? []).map(toWire),
    temperature: 0,
    max_tokens: 400,
    ...(tools && { tools }),
    ...(enable_thinking && { chat_template_kwargs: { enable_thinking } }),
  });
  const message: OpenAI.ChatCompletionMessage & { reasoning?: string | null } = choices[0].message;
  const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function');
  return {
    content: message.content ?? '',
    reasoning: message.reasoning ?? '',
    calls: calls.map((call) => ({
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments) as unknown,
    })),
  };
}

/** Templates take arguments as objects, the wire takes them as text. */
function toWire(message: OpenAI.ChatCompletionMessageParam): OpenAI.ChatCompletionMessageParam {
  if (message.role !== 'assistant' || !message.tool_calls) return message;
  const tool_calls = message.tool_calls.map((call, index) => {
    if (call.type === 'custom') return call;
    const { name, arguments: given } = call.function as { readonly name: string; readonly arguments: unknown };
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    return { id: `call-${index}`, type: 'function' as const, function: { name, arguments: text } };
  });
  return { ...message, tool_calls };
}

function isRight(answer: Answer, check: Check): boolean {
  const { content, reasoning, calls } = answer;
  const isPlain = reasoning === '' && calls.length === 0;
  switch (check.kind) {
    case 'exact':
      return isPlain && content === check.text;
    case 'contains':
      return isPlain && check.all.every((part) => content.includes(part));
    case 'prefix':
      return isPlain && content.startsWith(check.text);
    case 'json':
      return isPlain && isDeepStrictEqual(parsed(content), check.value);
    case 'tool_calls':
      return reasoning === '' && content.trim() === '' && isDeepStrictEqual(calls, check.calls);
    case 'think':
      return reasoning !== '' && isRight({ ...answer, reasoning: '' }, check.answer);
  }
}

/** What the parsers make of the model's own text, by a reading of our own. */
function readMarkup(text: string): Answer {
  const [, reasoning = '', rest = text] = /^<think>\n([\s\S]+?)\n<\/think>\n\n([\s\S]*)$/.exec(text) ?? [];
  const calls = [...rest.matchAll(/<tool_call>\n([\s\S]*?)\n<\/tool_call>/g)].map(
    ([, call]) => parsed(call) as ToolCall,
  );
  return { content: rest.replace(/<tool_call>\n[\s\S]*?\n<\/tool_call>/g, ''), reasoning, calls };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
