import { describe, expect, it } from 'vitest';
import { dotsTyping } from './dots-typing.js';

const typing = dotsTyping({ Count: { type: 'integer' }, Loop: { $ref: '#/$defs/Loop' } });

describe('typing of dots', () => {
  it.each([
    [undefined, '1', 'text'],
    [{ type: ['null', 'string'] }, '1', 'text'],
    [{ $ref: '#/$defs/Loop' }, '1', 'text'],
    [{ $ref: '#/$defs/Count' }, '1', '1'],
    [{ anyOf: [{ type: 'null' }, { $ref: '#/$defs/Count' }] }, '2', '2'],
    [{ type: 'integer' }, 'two', '"two"'],
    [{ type: 'Number' }, '2.50', '2.5'],
    [{ type: 'boolean' }, 'True', 'true'],
    [{ type: 'boolean' }, 'yes', 'false'],
    [{ type: 'array' }, '["a",1]', '["a", 1]'],
    [{ type: 'object' }, 'none', '"none"'],
  ])('makes of %j and %j: %s', (schema, text, expected) => {
    expect(typing.isText(schema) ? 'text' : typing.toJson(text, schema)).toBe(expected);
  });
});
