import { describe, expect, it } from 'vitest';
import { MiniCpm5Arguments } from './minicpm5-arguments.js';

const properties = { title: { type: 'string' }, count: { type: 'integer' }, tags: { type: 'array' } };
const tools = [{ name: 'f', parameters: { properties } }, { name: 'free' }];

function write(name: string, parameters: readonly (readonly [string | undefined, string])[]): string {
  const writer = new MiniCpm5Arguments(name, tools);
  let json = '';
  for (const [parameter, value] of parameters) {
    json += writer.beginParameter(new Map(parameter === undefined ? [] : [['name', parameter]]));
    json += writer.write(value) + writer.endParameter();
  }
  return json + writer.end();
}

describe('arguments of MiniCPM 5', () => {
  it.each<[string, (readonly [string | undefined, string])[], string]>([
    [
      'f',
      [
        ['title', '1'],
        ['count', '1'],
        ['tags', "['a', None]"],
      ],
      '{"title": "1", "count": 1, "tags": ["a", null]}',
    ],
    ['f', [['count', 'many']], '{"count": "many"}'],
    [
      'f',
      [
        ['other', '1'],
        [undefined, '2'],
        ['count', '3'],
        ['count', '4'],
      ],
      '{"count": 3}',
    ],
    [
      'free',
      [
        ['a', '1'],
        ['b', 'c'],
      ],
      '{"a": 1, "b": "c"}',
    ],
    [
      'f',
      [
        ['arguments', "{'title': 1, 'count': '2', 'tags': ['a'], 'other': 3}"],
        ['count', '5'],
      ],
      '{"title": "1", "count": 2, "tags": ["a"]}',
    ],
    ['f', [['properties', 'no object']], '{}'],
  ])('of %s: %j', (name, parameters, json) => {
    expect(write(name, parameters)).toBe(json);
  });
});
