import { describe, expect, it } from 'vitest';
import { ChatTemplate } from './chat-template.js';

const loop = '{% for p in m.content %}{{ p.text }}{% endfor %}';
const each = (body: string): string => `{% for m in messages %}[{{ m.role }}]${body}{% endfor %}`;

/** Templates that loop over parts somewhere, and what each role's message looks like in the prompt. */
const TEMPLATES: readonly (readonly [string, string, string])[] = [
  ['every role', each(loop), '[system]S[user]U[assistant]A'],
  [
    'users only, others printed',
    each(`{% if m.role == 'user' %}${loop}{% else %}{{ m.content }}{% endif %}`),
    '[system]S[user]U[assistant]A',
  ],
  [
    'users only, others as JSON',
    each(`{% if m.role == 'user' %}${loop}{% else %}{{ m.content | tojson }}{% endif %}`),
    '[system]"S"[user]U[assistant]"A"',
  ],
  [
    'users only, others joined to text',
    each(`{% if m.role == 'user' %}${loop}{% else %}{{ 'x' + m.content }}{% endif %}`),
    '[system]xS[user]U[assistant]xA',
  ],
  [
    'both forms by a test',
    each(`{% if m.content is string %}{{ m.content }}{% else %}${loop}{% endif %}`),
    '[system]S[user]U[assistant]A',
  ],
  [
    'a template that is strict about turns',
    "{% if messages[0].role == 'system' %}{{ messages[0].content }}{% set messages = messages[1:] %}{% endif %}" +
      `{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('turns') }}{% endif %}` +
      "{% if m.role == 'user' %}" +
      `${loop}{% else %}{{ m.content + '.' }}{% endif %}{% endfor %}`,
    'SUA.',
  ],
];

describe('a template gets each role in the form it takes', () => {
  it.each(TEMPLATES)('%s', (_, source, expected) => {
    const template = new ChatTemplate(source);
    expect(template.contentFormat).toBe('openai');
    const messages = [
      { role: 'system', content: 'S' },
      { role: 'user', content: 'U' },
      { role: 'assistant', content: 'A' },
    ];
    const input = { messages, modelName: 'm', addGenerationPrompt: false, continueFinalMessage: false };
    expect(template.render({ ...input, defaultKwargs: {} })).toBe(expected);
  });

  it('but for what the operator says', () => {
    const [, [, source]] = TEMPLATES;
    const input = { modelName: 'm', addGenerationPrompt: false, continueFinalMessage: false, defaultKwargs: {} };
    const messages = [{ role: 'system', content: 'S' }];
    expect(new ChatTemplate(source).render({ ...input, messages, contentFormat: 'openai' })).toBe(
      "[system][{'type': 'text', 'text': 'S'}]",
    );
  });
});
