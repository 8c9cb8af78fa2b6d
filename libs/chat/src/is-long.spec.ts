import { describe, expect, it } from 'vitest';
import { isLong } from './is-long.js';

const hi = { role: 'user', content: 'Hi' };
const repeat = (count: number, value: unknown): unknown[] => Array.from({ length: count }, () => value);
const calling = (text: string) => ({ messages: [{ role: 'assistant', toolCalls: [{ name: 'f', arguments: text }] }] });

describe('a conversation', () => {
  it.each<[string, { readonly messages: readonly unknown[] }, boolean]>([
    ['of a message', { messages: [hi] }, false],
    ['of many messages', { messages: repeat(250, hi) }, false],
    ['of too many messages', { messages: repeat(251, hi) }, true],
    ['of a long text', { messages: [{ role: 'user', content: 'a'.repeat(1_000_000) }] }, false],
    ['with short arguments', calling('{"a":1}'), false],
    ['with long arguments', calling(`[${'1,'.repeat(100_000)}1]`), true],
    ['with few values', { messages: [hi], ...{ tools: repeat(2000, 1) } }, false],
    ['with many values', { messages: [hi], ...{ tools: repeat(3000, 1) } }, true],
    ['with many values deep inside', { messages: [{ content: [{ a: { b: repeat(300, repeat(10, 1)) } }] }] }, true],
  ])('%s', (_, conversation, expected) => {
    expect(isLong(conversation)).toBe(expected);
  });
});
