import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigurationError, InvalidRequestError } from '@app/errors';
import { afterAll, describe, expect, it } from 'vitest';
import { ChatTemplate } from './chat-template.js';
import {
  readTokenizerTemplate,
  resolveTemplate,
  resolveTemplateFlag,
  type TemplateSources,
} from './resolve-template.js';

const nothing = { trustRequest: false, hasTools: false };
const named = { default: 'D', tool_use: 'T', other: 'O' };

describe('the template of a request', () => {
  it.each<[string, TemplateSources, string]>([
    ['the tokenizer’s', { ...nothing, tokenizer: 'own' }, 'own'],
    ['the server’s over the tokenizer’s', { ...nothing, tokenizer: 'own', server: 'server' }, 'server'],
    [
      'a trusted request’s over both',
      { ...nothing, trustRequest: true, tokenizer: 'own', server: 'server', request: 'mine' },
      'mine',
    ],
    ['the default of several', { ...nothing, tokenizer: named }, 'D'],
    ['tool_use of several', { ...nothing, tokenizer: named, hasTools: true }, 'T'],
    ['one of several by name', { ...nothing, tokenizer: named, server: 'other' }, 'O'],
  ])('is %s', (_, sources, expected) => {
    expect(resolveTemplate(sources)).toBe(expected);
  });

  const refused =
    'Chat template is passed with request, but --trust-request-chat-template is not set. Refused request with untrusted chat template.';

  it.each<[string, TemplateSources, string]>([
    ['an untrusted request', { ...nothing, tokenizer: 'own', request: 'mine' }, refused],
    ['one hidden in kwargs', { ...nothing, tokenizer: 'own', kwargs: { chat_template: 'mine' } }, refused],
    [
      'a trusted one in kwargs',
      { ...nothing, trustRequest: true, tokenizer: 'own', kwargs: { chat_template: 'mine' } },
      "Found unexpected chat template kwargs from request: {'chat_template'}",
    ],
    [
      'nowhere a template',
      nothing,
      'As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template if the tokenizer does not define one.',
    ],
  ])('is refused: %s', (_, sources, message) => {
    const attempt = (): string => resolveTemplate(sources);
    expect(attempt).toThrow(InvalidRequestError);
    expect(attempt).toThrow(expect.objectContaining({ message }));
  });

  it('reads a text or a list of named ones from a tokenizer configuration', () => {
    expect(readTokenizerTemplate('x')).toBe('x');
    expect(readTokenizerTemplate([{ name: 'a', template: 'b' }, { name: 'c' }, null])).toEqual({ a: 'b' });
    expect(readTokenizerTemplate(undefined)).toBeUndefined();
    expect(readTokenizerTemplate([])).toBeUndefined();
  });
});

describe('--chat-template', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'aerie-templates-'));
  const directory = path.join(root, 'shipped');
  const file = path.join(directory, 'mine.jinja');
  mkdirSync(directory);
  writeFileSync(file, '{{ messages }}\n');
  writeFileSync(path.join(root, 'outside.jinja'), 'x');
  afterAll(() => rmSync(root, { recursive: true }));

  it.each([
    ['an existing file', file, '{{ messages }}\n'],
    ['a name in the shipped directory', 'mine.jinja', '{{ messages }}\n'],
    ['a template itself', '{{ x }}', '{{ x }}'],
    ['a text of two lines', 'a\nb', 'a\nb'],
  ])('takes %s', (_, value, expected) => {
    expect(resolveTemplateFlag(value, directory)).toBe(expected);
  });

  it.each(['nope.jinja', '../outside.jinja'])('refuses %s', (value) => {
    const attempt = (): string => resolveTemplateFlag(value, directory);
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(
      `The supplied chat template string (${value}) appears path-like, but doesn't exist! Tried: ${value} and ${path.join(directory, value)}`,
    );
  });
});

describe('the shipped templates', () => {
  const turns = [
    { role: 'system', content: 'S' },
    { role: 'user', content: 'U' },
  ];
  const answer = { role: 'assistant', content: 'A' };

  it.each([
    ['template_basic.jinja', turns, true, 'SU'],
    [
      'template_chatml.jinja',
      turns,
      true,
      '<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n',
    ],
    ['template_chatml.jinja', [answer], true, '<|im_start|>assistant\nA<|im_end|>\n'],
    ['template_chatml.jinja', [answer], false, '<|im_start|>assistant\nA'],
  ])('%s', (name, messages, addGenerationPrompt, expected) => {
    const template = new ChatTemplate(resolveTemplateFlag(name, path.join(import.meta.dirname, '../templates')));
    const input = { messages, modelName: 'm', addGenerationPrompt, continueFinalMessage: false, defaultKwargs: {} };
    expect(template.render(input)).toBe(expected);
  });
});
