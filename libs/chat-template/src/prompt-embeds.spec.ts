import { describe, expect, it } from 'vitest';
import type { ChatMessage, ContentPart } from './chat-message.js';
import { markPromptEmbeds, splicePromptEmbeds } from './prompt-embeds.js';

const embeds = (data: unknown): ContentPart => ({ type: 'prompt_embeds', data });
const user = (...content: ContentPart[]): ChatMessage => ({ role: 'user', content });
const mark = (number: number): string => `<prompt_embeds>__vllm_prompt_embed_${number}__`;

describe('markPromptEmbeds', () => {
  it('puts a numbered mark for every part, thoughts before content', () => {
    const messages: ChatMessage[] = [
      user('See ', embeds('A'), { type: 'text', text: 'and' }, { prompt_embeds: null, data: 'B' }),
      { role: 'assistant', reasoning: { type: 'prompt_embeds', data: 'C' }, content: [embeds('D')] },
      { role: 'assistant', reasoning: 'thought', content: 'Yes.' },
    ];
    expect(markPromptEmbeds(messages)).toEqual({
      messages: [
        user('See ', mark(0), { type: 'text', text: 'and' }, mark(1)),
        { role: 'assistant', reasoning: mark(2), content: [mark(3)] },
        { role: 'assistant', reasoning: 'thought', content: 'Yes.' },
      ],
      files: ['A', 'B', 'C', 'D'],
    });
  });

  it('changes nothing without such parts', () => {
    const messages: ChatMessage[] = [{ role: 'user', content: 'Hi' }, user({ type: 'text', text: null }, 'there')];
    expect(markPromptEmbeds(messages)).toEqual({ messages, files: [] });
  });

  it.each<[string, ChatMessage]>([
    ['content', { role: 'user', content: 'a <prompt_embeds>' }],
    ['a plain part', user('a <prompt_embeds>')],
    ['a text part', user(embeds('A'), { type: 'input_text', text: '<prompt_embeds>b' })],
    ['a part of another field', user({ type: 'refusal', refusal: mark(0) })],
  ])('refuses the reserved word in %s', (_, message) => {
    expect(() => markPromptEmbeds([message])).toThrow(
      expect.objectContaining({
        message:
          "Text content may not contain the reserved placeholder '<prompt_embeds>'. This placeholder is used internally to mark `prompt_embeds` splice positions in the tokenized prompt.",
        param: 'messages',
      }),
    );
  });

  it.each(['', undefined, null, 7])('refuses a part whose data are %j', (data) => {
    expect(() => markPromptEmbeds([user(embeds(data))])).toThrow(
      expect.objectContaining({
        message: 'prompt_embeds content part requires a non-empty `data` field with base64-encoded tensor bytes.',
        param: 'prompt_embeds',
      }),
    );
  });
});

describe('splicePromptEmbeds', () => {
  it.each<[string, string, string[], { text: string; files: string[] }]>([
    [
      'every file',
      `a${mark(0)}b${mark(1)}`,
      ['A', 'B'],
      { text: 'a<prompt_embeds>b<prompt_embeds>', files: ['A', 'B'] },
    ],
    [
      'files in the order of the prompt',
      `${mark(1)} ${mark(0)}`,
      ['A', 'B'],
      { text: '<prompt_embeds> <prompt_embeds>', files: ['B', 'A'] },
    ],
    ['what the template kept', `x${mark(1)}`, ['A', 'B'], { text: 'x<prompt_embeds>', files: ['B'] }],
    ['nothing', 'x', ['A'], { text: 'x', files: [] }],
    [
      'no file for a mark that is not ours',
      `${mark(0)}${mark(7)}`,
      ['A'],
      { text: `<prompt_embeds>${mark(7)}`, files: ['A'] },
    ],
  ])('keeps %s', (_, rendered, files, expected) => {
    expect(splicePromptEmbeds(rendered, files)).toEqual(expected);
  });

  it('refuses a mark that the template shows twice', () => {
    expect(() => splicePromptEmbeds(`${mark(1)}${mark(0)}${mark(1)}`, ['A', 'B'])).toThrow(
      `Chat template rendered prompt_embeds placeholder '${mark(1)}' 2 times; each placeholder must appear at most once.`,
    );
  });
});
