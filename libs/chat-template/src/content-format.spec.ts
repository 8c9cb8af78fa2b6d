import { describe, expect, it } from 'vitest';
import { detectContentFormat } from './content-format.js';

const overMessages = (body: string): string => `{% for message in messages %}${body}{% endfor %}`;

describe('content format', () => {
  it.each([
    ['no template', undefined],
    ['a template that cannot be parsed', '{% for x in %}'],
    ['content printed as text', overMessages('{{ message.content }}')],
    ['a loop over something else', overMessages('{% for call in message.tool_calls %}{% endfor %}')],
    ['a filter that takes parts, without a loop', overMessages("{{ message.content | map(attribute='text') | join }}")],
    [
      'a loop over the content of what is no message',
      '{% for d in documents %}{% for p in d.content %}{% endfor %}{% endfor %}',
    ],
    ['a loop over the characters of a key', "{% for c in messages['content'] %}{% endfor %}"],
  ])('is string for %s', (_, source) => {
    expect(detectContentFormat(source)).toBe('string');
  });

  it.each([
    ['an attribute', overMessages('{% for part in message.content %}{{ part.text }}{% endfor %}')],
    ['an item', overMessages("{% for part in message['content'] %}{% endfor %}")],
    ['a filtered content', overMessages("{% for part in message.content | selectattr('type') %}{% endfor %}")],
    ['a sliced content', overMessages('{% for part in message.content[1:] %}{% endfor %}')],
    ['a variable', overMessages('{% set parts = message.content %}{% for part in parts %}{% endfor %}')],
    ['a variable named content', '{% for part in content %}{% endfor %}'],
    [
      'a namespace attribute',
      '{% set ns = namespace() %}' + overMessages('{% set ns.c = message.content %}{% for part in ns.c %}{% endfor %}'),
    ],
    [
      'the parameter of a macro',
      '{% macro show(parts) %}{% for part in parts %}{% endfor %}{% endmacro %}' +
        overMessages('{{ show(message.content) }}'),
    ],
    [
      'the message parameter of a macro',
      '{% macro show(m) %}{% for part in m.content %}{% endfor %}{% endmacro %}' +
        overMessages('{{ show(m=message) }}'),
    ],
    ['a slice of the messages', '{% for m in messages[1:] %}{% for part in m.content %}{% endfor %}{% endfor %}'],
    [
      'messages by another name',
      '{% set all = messages %}{% for m in all %}{% for part in m.content %}{% endfor %}{% endfor %}',
    ],
    [
      'messages in a namespace',
      '{% set ns = namespace() %}{% set ns.all = messages | list %}{% for m in ns.all %}{% for p in m.content %}{% endfor %}{% endfor %}',
    ],
  ])('is openai for a loop over %s', (_, source) => {
    expect(detectContentFormat(source)).toBe('openai');
  });
});
