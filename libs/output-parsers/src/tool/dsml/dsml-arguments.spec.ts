import { describe, expect, it } from 'vitest';
import { DsmlArguments } from './dsml-arguments.js';

const properties = {
  title: { type: 'string' },
  count: { type: 'integer' },
  options: { type: 'object', properties: { bike: { type: 'boolean' } } },
};
const tools = [
  { name: 'f', parameters: { properties } },
  { name: 'wrapper', parameters: { properties: { input: {} } } },
];

type Parameter = readonly [name: string, string: string | undefined, value: string];

function write(name: string, parameters: readonly Parameter[]): string {
  const writer = new DsmlArguments(name, tools);
  let json = '';
  for (const [parameter, string, value] of parameters) {
    json += writer.beginParameter(new Map([['name', parameter], ...(string ? [['string', string] as const] : [])]));
    json += writer.write(value.slice(0, 2)) + writer.write(value.slice(2)) + writer.endParameter();
  }
  return json + writer.end();
}

describe('arguments in DSML', () => {
  it.each<[string, Parameter[], string]>([
    [
      'f',
      [
        ['title', 'true', '42'],
        ['count', 'true', '4'],
      ],
      '{"title": "42", "count": 4}',
    ],
    [
      'f',
      [
        ['title', 'false', '42'],
        ['count', undefined, '"4"'],
      ],
      '{"title": "42", "count": 4}',
    ],
    ['f', [['title', 'false', '{"a":1}']], '{"title": "{\\"a\\": 1}"}'],
    ['f', [['title', 'false', '[a']], '{"title": "[a"}'],
    ['f', [['options', 'false', '{"bike":"true"}']], '{"options": {"bike": true}}'],
    [
      'unknown',
      [
        ['a', 'false', '3'],
        ['b', 'true', '3'],
      ],
      '{"a": 3, "b": "3"}',
    ],
  ])('are what %s wants of %j', (name, parameters, json) => {
    expect(write(name, parameters)).toBe(json);
  });

  it.each<[string, Parameter[], string]>([
    ['f', [['arguments', 'false', '{"title": 1, "count": "2"}']], '{"title": "1", "count": 2}'],
    ['f', [['input', 'false', '"{\\"title\\": \\"a\\"}"']], '{"title": "a"}'],
    ['f', [['input', 'true', '{"other": 1}']], '{"input": "{\\"other\\": 1}"}'],
    ['f', [['input', 'true', 'no object']], '{"input": "no object"}'],
    [
      'f',
      [
        ['input', 'true', '{"title": "a"}'],
        ['count', 'false', '1'],
      ],
      '{"input": "{\\"title\\": \\"a\\"}", "count": 1}',
    ],
    ['wrapper', [['input', 'true', '{"input": "a"}']], '{"input": "{\\"input\\": \\"a\\"}"}'],
  ])('of %s are taken out of a wrapper: %j', (name, parameters, json) => {
    expect(write(name, parameters)).toBe(json);
  });
});
