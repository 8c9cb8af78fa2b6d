import { describe, expect, it } from 'vitest';
import { knowsDevelopers, withoutDevelopers } from './developer-messages.js';

const user = { role: 'user', content: 'U' };
const developer = { role: 'developer', content: 'D', tools: null };

describe('withoutDevelopers', () => {
  it.each([
    ['nobody there', [user], [user]],
    [
      'system messages alone, wherever they stand',
      [user, { role: 'system', content: 'S' }, { role: 'system', content: 'T' }],
      undefined,
    ],
    ['a developer at the start, without its tools', [developer, user], [{ role: 'system', content: 'D' }, user]],
    [
      'a developer at the start whose content has parts',
      [{ ...developer, content: [{ type: 'text', text: 'D' }] }, user],
      [{ role: 'system', content: [{ type: 'text', text: 'D' }] }, user],
    ],
    [
      'a developer after the system',
      [{ role: 'system', content: 'S' }, developer, user],
      [{ role: 'system', content: 'S\n\nD' }, user],
    ],
    ['a developer in the middle', [user, developer, user], [{ role: 'system', content: 'D' }, user, user]],
    [
      'parts and empty contents',
      [
        { role: 'system', content: '' },
        { ...developer, content: [{ type: 'text', text: 'a' }, { text: 'b' }] },
        user,
        developer,
      ],
      [{ role: 'system', content: 'a\nb\n\nD' }, user],
    ],
  ])('%s', (_, messages, expected) => {
    expect(withoutDevelopers(messages)).toEqual(expected ?? messages);
  });
});

it.each([
  ["{% if m.role == 'developer' %}", true],
  ['{% if m.role == "developer" %}', true],
  ['{# for developers #}{{ developer }}', false],
])('knowsDevelopers(%j) is %s', (source, expected) => {
  expect(knowsDevelopers(source)).toBe(expected);
});
