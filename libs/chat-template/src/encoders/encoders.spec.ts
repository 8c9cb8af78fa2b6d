import { readFileSync } from 'node:fs';
import { InvalidRequestError } from '@app/errors';
import type { EncodableText, TextPiece } from '@app/tokenization';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../chat-message.js';
import type { ChatRenderInput } from '../chat-template.js';
import { chooseEncoder, createEncoder } from './encoders.catalog.js';
import { harmonyEncoder } from './harmony/harmony.encoder.js';
import type { PromptEncoder } from './prompt-encoder.js';

/** What vLLM's own encoders made of a conversation. */
interface HarmonyCase {
  readonly name: string;
  readonly input: Partial<ChatRenderInput>;
  /** A text stands for words, a list of one for a token. */
  readonly pieces?: readonly (string | readonly [string])[];
  readonly refused?: true;
}

interface DeepSeekCase {
  readonly name: string;
  readonly input: Partial<ChatRenderInput>;
  /** By the name of the encoder; null: it was refused. Where the encoder crashed there is nothing to compare with. */
  readonly prompts: Readonly<Record<string, string | null>>;
}

function load<T extends { readonly name: string }>(file: string): (readonly [string, T])[] {
  const text = readFileSync(new URL(`../../fixtures/encoders/${file}.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly cases: readonly T[] }).cases.map((recorded) => [recorded.name, recorded]);
}

function render(encoder: PromptEncoder, input: Partial<ChatRenderInput>): EncodableText {
  const rest = { messages: [], addGenerationPrompt: true, continueFinalMessage: false, modelName: 'm' };
  return encoder.render({ ...rest, ...input });
}

type Shown = string | readonly [string];

/** Words next to each other as one: the records do not tell them apart. */
function shown(text: EncodableText): Shown[] {
  const all: Shown[] = [];
  for (const piece of text as readonly TextPiece[]) {
    const last = all.at(-1);
    if ('token' in piece) all.push([piece.token]);
    else if (typeof last === 'string') all[all.length - 1] = last + piece.text;
    else if (piece.text !== '') all.push(piece.text);
  }
  return all;
}

const harmony = createEncoder({ name: 'harmony', harmony: { startDate: '2025-06-28' } });
const v32 = createEncoder({ name: 'deepseek_v32' });
const v4 = createEncoder({ name: 'deepseek_v4' });
const v41 = createEncoder({ name: 'deepseek_v41' });

const hi: ChatMessage = { role: 'user', content: 'Hi' };
const answer: ChatMessage = { role: 'assistant', content: 'Hello, ', reasoning: 'hm' };

describe('harmony', () => {
  it.each(load<HarmonyCase>('harmony'))('renders %s as vLLM does', (_, { input, pieces }) => {
    if (pieces) expect(shown(render(harmony, input))).toEqual(pieces);
    else expect(() => render(harmony, input)).toThrow(InvalidRequestError);
  });

  it('encodes the parts of a content apart', () => {
    const pieces = render(harmony, { messages: [{ role: 'user', content: ['Hel', { type: 'text', text: 'lo' }] }] });
    expect(pieces).toEqual(expect.arrayContaining([{ text: 'Hel' }, { text: 'lo' }]));
  });

  it('tells the day of the request where no date is set', () => {
    const encoder = harmonyEncoder({}, () => new Date(2031, 0, 9, 23, 59));
    expect(shown(render(encoder, { messages: [hi] }))[3]).toContain('\nCurrent date: 2031-01-09\n');
  });

  it('puts instructions into the system message where the operator wants them there', () => {
    const encoder = harmonyEncoder({ startDate: '2025-06-28', instructionsInSystem: true });
    const pieces = shown(
      render(encoder, {
        messages: [{ role: 'developer', content: 'Be kind.' }, hi, { role: 'system', content: 'Be short.' }],
      }),
    ).filter((piece) => typeof piece === 'string');
    const system = (words: string): string =>
      `You are ChatGPT, a large language model trained by OpenAI.\n${words}\nKnowledge cutoff: 2024-06\nCurrent date: 2025-06-28\n\n` +
      'Reasoning: medium\n\n# Valid channels: analysis, commentary, final. Channel must be included for every message.';
    expect(pieces).toEqual(['system', system('Be kind.'), 'user', 'Hi', 'system', system('Be short.'), 'assistant']);
  });

  it('leaves the last answer open', () => {
    const input = { messages: [hi, answer], addGenerationPrompt: false, continueFinalMessage: true };
    expect(shown(render(harmony, input)).slice(-6)).toEqual([
      ['<|start|>'],
      'assistant',
      ['<|channel|>'],
      'final',
      ['<|message|>'],
      'Hello, ',
    ]);
  });

  it.each([
    ['none', "Harmony does not support reasoning_effort='none'"],
    ['xhigh', "reasoning_effort='xhigh' is not supported by Harmony. Supported values are: high, medium, low."],
  ])('refuses the effort %s', (reasoningEffort, message) => {
    expect(() => render(harmony, { messages: [hi], reasoningEffort })).toThrow(
      expect.objectContaining({ message, param: 'reasoning_effort' }),
    );
  });

  it('refuses schemas that make too long a text, soon', () => {
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`p${index}`, {}]));
    const deep = Array.from({ length: 100 }).reduce<object>((inner) => ({ type: 'object', properties: { a: inner } }), {
      type: 'object',
      properties: wide,
    });
    expect(() => render(harmony, { messages: [hi], tools: [{ name: 'f', parameters: deep }] })).toThrow(
      expect.objectContaining({ message: 'The schemas make a text of more than 4194304 characters.', param: 'tools' }),
    );
  });
});

describe.each([v32, v4, v41])('$name', (encoder) => {
  const recorded = load<DeepSeekCase>('deepseek').filter(([, { prompts }]) => encoder.name in prompts);

  it.each(recorded)('renders %s as vLLM does', (_, { input, prompts }) => {
    const prompt = prompts[encoder.name];
    if (prompt === null) expect(() => render(encoder, input)).toThrow(InvalidRequestError);
    else expect(render(encoder, input)).toBe(prompt);
  });

  it('leaves the last answer open', () => {
    const input = { messages: [hi, answer], addGenerationPrompt: false };
    const open = render(encoder, { ...input, continueFinalMessage: true });
    expect(`${open as string}<｜end▁of▁sentence｜>`).toBe(render(encoder, input));
  });

  it.each([
    ['tools in kwargs that are none', { kwargs: { tools: 'x' } }, 'tools'],
    ['a tool in kwargs without a function', { kwargs: { tools: [{ name: 'f' }] } }, 'tools'],
    ['a tool of a developer that is none', { messages: [{ role: 'developer', content: 'a', tools: [1] }] }, 'messages'],
    ['an image', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] }, undefined],
  ])('refuses %s', (_, input: Partial<ChatRenderInput>, param) => {
    const attempt = (): unknown => render(encoder, { messages: [hi], ...input });
    expect(attempt).toThrow(InvalidRequestError);
    expect(attempt).toThrow(expect.objectContaining({ param }));
  });
});

it('deepseek_v32 shows a developer of an earlier turn to a thinking model, where vLLM stumbles over it', () => {
  const messages = [{ role: 'developer', content: 'Rules.' }, hi];
  expect(render(v32, { messages, kwargs: { thinking: true } })).toBe(
    "<｜begin▁of▁sentence｜><｜User｜>\n\n# The user's message is: Rules.<｜Assistant｜></think><｜User｜>Hi<｜Assistant｜><think>",
  );
});

it('deepseek_v41 takes texts without a type, null and refusals in a content', () => {
  const content = ['one', { type: 'refusal', refusal: 'No.' }, { type: 'text', text: null }];
  const prompt = render(v41, { messages: [{ role: 'user', content }], kwargs: { thinking: false } });
  expect(prompt).toBe('<｜begin▁of▁sentence｜><｜User｜>one\n\nNo.<｜Assistant｜></think>');
});

describe.each([harmony, v32, v4, v41])('$name', (encoder) => {
  it.each([
    ['no message', { messages: [] }, /empty conversation/],
    ['both ways to go on', { messages: [hi], continueFinalMessage: true }, /are not compatible/],
    [
      'to continue what a user said',
      { messages: [hi], addGenerationPrompt: false, continueFinalMessage: true },
      /continue_final_message needs/,
    ],
    [
      'to continue calls',
      {
        messages: [hi, { role: 'assistant', toolCalls: [{ function: { name: 'f', arguments: '{}' } }] }],
        addGenerationPrompt: false,
        continueFinalMessage: true,
      },
      /continue_final_message needs/,
    ],
    ['a call that is none', { messages: [hi, { role: 'assistant', toolCalls: [1] }] }, /must be objects/],
  ])('refuses %s', (_, input: Partial<ChatRenderInput>, message) => {
    const attempt = (): unknown => render(encoder, input);
    expect(attempt).toThrow(InvalidRequestError);
    expect(attempt).toThrow(message);
  });
});

describe('the encoder of a model', () => {
  const ofV4 = { architectures: ['DeepseekV4ForCausalLM'], model_type: 'deepseek_v4' };

  it.each<[string, Readonly<Record<string, unknown>>, string, string | undefined]>([
    ['gpt-oss', { model_type: 'gpt_oss' }, 'auto', 'harmony'],
    ['gpt-oss, whatever the mode', { model_type: 'gpt_oss' }, 'hf', 'harmony'],
    ['V3.2', { architectures: ['DeepseekV32ForCausalLM'] }, 'auto', 'deepseek_v32'],
    ['V4', ofV4, 'auto', 'deepseek_v4'],
    ['V4 with images', { architectures: ['DeepseekV4ForConditionalGeneration'] }, 'auto', 'deepseek_v4'],
    ['V4.1', { architectures: ['DeepseekV41ForCausalLM'] }, 'auto', 'deepseek_v41'],
    ['V4 with a template', ofV4, 'hf', undefined],
    ['V4 in the way of V4.1', ofV4, 'deepseek_v41', 'deepseek_v41'],
    ['another model', { architectures: ['LlamaForCausalLM'], model_type: 'llama' }, 'auto', undefined],
    ['another model, told so', { model_type: 'llama' }, 'deepseek_v32', 'deepseek_v32'],
    ['a config without architectures', { architectures: null }, 'auto', undefined],
  ])('is found for %s', (_, config, tokenizerMode, expected) => {
    expect(chooseEncoder({ config }, { tokenizerMode })?.name).toBe(expected);
  });
});
