import { readFileSync } from 'node:fs';
import { InvalidRequestError } from '@app/errors';
import type { EncodableText, TextPiece } from '@app/tokenization';
import { describe, expect, it } from 'vitest';
import type { ChatRenderInput } from '../chat-template.js';
import { findPromptEncoder } from './encoders.catalog.js';
import type { PromptEncoder } from './prompt-encoder.js';

/** What vLLM's own encoders made of a conversation; a null prompt, or `refused`, is a 400. */
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
  /** By the name of the encoder; those that crashed there have none. */
  readonly prompts: Readonly<Record<string, string | null>>;
}

function load<T>(file: string): readonly T[] {
  const text = readFileSync(new URL(`../../fixtures/encoders/${file}.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly cases: readonly T[] }).cases;
}

function render(encoder: PromptEncoder, input: Partial<ChatRenderInput>): EncodableText {
  return encoder.render({
    messages: [],
    addGenerationPrompt: true,
    continueFinalMessage: false,
    modelName: 'm',
    ...input,
  });
}

/** Words next to each other as one: the records do not tell them apart. */
function merged(pieces: readonly TextPiece[]): (string | readonly [string])[] {
  const all: (string | readonly [string])[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if ('token' in piece) all.push([piece.token]);
    else if (typeof last === 'string') all[all.length - 1] = last + piece.text;
    else if (piece.text !== '') all.push(piece.text);
  }
  return all;
}

const harmony = mustFind({ model_type: 'gpt_oss' }, 'auto');
function mustFind(config: Readonly<Record<string, unknown>>, tokenizerMode: string): PromptEncoder {
  const encoder = findPromptEncoder({ config }, { tokenizerMode, harmony: { startDate: '2025-06-28' } });
  if (!encoder) throw new Error('no encoder');
  return encoder;
}

describe('harmony', () => {
  it.each(load<HarmonyCase>('harmony').map((recorded) => [recorded.name, recorded] as const))(
    'renders %s as vLLM does',
    (_, { input, pieces }) => {
      if (!pieces) expect(() => render(harmony, input)).toThrow(InvalidRequestError);
      else expect(merged(render(harmony, input) as readonly TextPiece[])).toEqual(pieces);
    },
  );
});

describe.each(['deepseek_v32', 'deepseek_v4', 'deepseek_v41'])('%s', (name) => {
  const encoder = mustFind({}, name);
  const recorded = load<DeepSeekCase>('deepseek').filter(({ prompts }) => name in prompts);

  it.each(recorded.map((each) => [each.name, each] as const))('renders %s as vLLM does', (_, { input, prompts }) => {
    const prompt = prompts[name];
    if (prompt === null) expect(() => render(encoder, input)).toThrow(InvalidRequestError);
    else expect(render(encoder, input)).toBe(prompt);
  });
});
