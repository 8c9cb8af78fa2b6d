import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionValueError } from './human-integer.js';
import { parseJsonText, withDottedValue } from './json-text.js';

describe('parseJsonText', () => {
  it.each<[string, unknown]>([
    ['{"a": 8k, "b": [1.5m, -2K]}', { a: 8000, b: [1_500_000, -2048] }],
    ['8K', 8192],
    ['{"a": "8k"}', { a: '8k' }],
    ['{"8k": "a \\" 8k"}', { '8k': 'a " 8k' }],
    ['1.5K', undefined],
    ['8kb', undefined],
    ['null', null],
    ['', undefined],
  ])('reads %j', (text, expected) => {
    expect(parseJsonText(text)).toEqual(expected);
  });

  it('reads whatever JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(parseJsonText(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('refuses what is nested too deeply', () => {
    expect(() => parseJsonText('['.repeat(50_000) + ']'.repeat(50_000))).toThrow(OptionValueError);
    expect(parseJsonText('['.repeat(32) + ']'.repeat(32))).toBeDefined();
  });
});

describe('withDottedValue', () => {
  it.each<[string, readonly [known: string | undefined, path: string, text: string], string]>([
    ['a new object', [undefined, 'a.b', '1'], '{"a":{"b":1}}'],
    ['an object that is there', ['{"a":{"b":1},"c":2}', 'a.d', 'x'], '{"a":{"b":1,"d":"x"},"c":2}'],
    ['a member of another kind', ['{"a":1}', 'a.b', 'null'], '{"a":{"b":null}}'],
    ['a list', ['{"l":[1]}', 'l+', 'x,8k'], '{"l":[1,"x",8000]}'],
    ['a list that is not there', [undefined, 'a.l+', 'x'], '{"a":{"l":["x"]}}'],
    ['a suffix', [undefined, 'a', '1.5k'], '{"a":1500}'],
    ['a text like a number', [undefined, 'a', '1.5K'], '{"a":"1.5K"}'],
    ['a key with an underscore', [undefined, 'a_b', 'true'], '{"a_b":true}'],
    ['the key of a prototype', [undefined, '__proto__.x', '1'], '{"__proto__":{"x":1}}'],
    ['a text that is no object', ['oops', 'a', '1'], 'oops'],
  ])('merges into %s', (_, given, expected) => {
    expect(withDottedValue(...given)).toBe(expected);
    expect(Object.prototype).not.toHaveProperty('x');
  });

  it('refuses paths that never end', () => {
    expect(() => withDottedValue(undefined, 'a.'.repeat(50_000), '1')).toThrow(OptionValueError);
  });
});
