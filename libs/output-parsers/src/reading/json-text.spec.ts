import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeJson, jsonMembers, respaceJson, toJsonString } from './json-text.js';

describe('JSON text', () => {
  it.each([
    ['{"b":1,"a":[true,null,"x"]}', '{"b": 1, "a": [true, null, "x"]}'],
    [' [ ] ', '[]'],
    ['{}', '{}'],
    ['"a\\u00e9\\/\\n"', '"aé/\\n"'],
    ['[1.50, 12345678901234567890, -0, 1e5]', '[1.50, 12345678901234567890, -0, 1e5]'],
    ['1e999', undefined],
    ['[1e999true]', undefined],
    ['[NaN]', undefined],
    ['[1,]', undefined],
    ['{"a":1', undefined],
    ['{"a" 1}', undefined],
    ["{'a': 1}", undefined],
    ['["a\nb"]', undefined],
    ['[1] 2', undefined],
    ['01', undefined],
    ['', undefined],
    ['"\\', undefined],
    ['['.repeat(512) + ']'.repeat(512), '['.repeat(512) + ']'.repeat(512)],
    ['['.repeat(600) + ']'.repeat(600), undefined],
    ['{"a":'.repeat(100_000), undefined],
  ])('spaces %s like Python', (json, expected) => {
    expect(respaceJson(json)).toBe(expected);
  });

  it('keeps every value as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(JSON.parse(respaceJson(json) ?? '')).toEqual(JSON.parse(json));
      }),
    );
  });

  it('gives the members of an object in the order in which they were written', () => {
    expect(jsonMembers('{"b": {"x":1}, "1": "y", "__proto__": 2.50}')).toEqual([
      ['b', '{"x": 1}'],
      ['1', '"y"'],
      ['__proto__', '2.50'],
    ]);
    expect(jsonMembers('[1]')).toBeUndefined();
    expect(jsonMembers('{"a": 1} x')).toBeUndefined();
  });

  it('escapes text the same in pieces, cut through surrogate pairs too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(text.split('').map(escapeJson).join('')).toBe(escapeJson(text));
        expect(JSON.parse(toJsonString(text))).toBe(text);
      }),
    );
  });
});
