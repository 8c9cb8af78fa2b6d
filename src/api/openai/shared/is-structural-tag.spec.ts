import { describe, expect, it } from 'vitest';
import { isStructuralTag } from './is-structural-tag.js';

const tag = (format: unknown): unknown => ({ type: 'structural_tag', format });
const a = { type: 'const_string', value: 'a' };
const nested = (depth: number): unknown => (depth === 0 ? a : { type: 'star', content: nested(depth - 1) });

describe('isStructuralTag', () => {
  it.each<[string, unknown]>([
    ['text', tag(a)],
    ['anything', tag({ type: 'any_text' })],
    ['without its type', { format: a }],
    ['a sequence', tag({ type: 'sequence', elements: [a, { type: 'regex', pattern: 'b+' }] })],
    ['a tag', tag({ type: 'tag', begin: '<a>', content: a, end: ['</a>', '</b>'] })],
    ['a tag between tokens', tag({ type: 'tag', begin: { type: 'token', token: 5 }, content: a, end: '.' })],
    ['triggers', tag({ type: 'triggered_tags', triggers: ['<'], tags: [{ begin: '<a>', content: a, end: '' }] })],
    ['rules', tag({ type: 'dispatch', rules: [['x', a]] })],
    ['the deepest', tag(nested(63))],
    [
      'the older form',
      { type: 'structural_tag', structures: [{ begin: '<a>', schema: {}, end: '</a>' }], triggers: ['<'] },
    ],
  ])('takes %s', (_, value) => {
    expect(isStructuralTag(value)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['no object', []],
    ['nothing', {}],
    ['another type', { type: 'json_object', format: a }],
    ['a format that is none', tag(5)],
    ['a type that is not known', tag({ type: 'x' })],
    ['a name that every object has', tag({ type: 'constructor' })],
    ['text without its value', tag({ type: 'const_string' })],
    ['no alternative', tag({ type: 'or', elements: [] })],
    ['a wrong alternative', tag({ type: 'or', elements: [a, { type: 'regex' }] })],
    ['a tag without an end', tag({ type: 'tag', begin: '<a>', content: a })],
    ['a rule without a format', tag({ type: 'dispatch', rules: [['x']] })],
    ['one too deep', tag(nested(64))],
    ['the older form without a schema', { structures: [{ begin: '<a>', end: '</a>' }], triggers: ['<'] }],
    ['the older form without triggers', { structures: [{ begin: '<a>', schema: {}, end: '</a>' }] }],
    ['the older form, empty', { structures: [], triggers: [] }],
  ])('refuses %s', (_, value) => {
    expect(isStructuralTag(value)).toBe(false);
  });
});
