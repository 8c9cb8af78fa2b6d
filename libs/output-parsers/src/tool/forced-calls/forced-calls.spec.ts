import { describe, expect, it } from 'vitest';
import { everySplit, readTools } from '@testing/output-parsers';
import type { ToolEvent } from '../tool-parser.js';
import { namedCall } from './named-call.js';
import { requiredCalls } from './required-calls.js';

const text = (value: string): ToolEvent => ({ type: 'text-delta', text: value });
const call = (index: number, name: string, ...deltas: string[]): ToolEvent[] => [
  { type: 'tool-call-start', index, name },
  ...deltas.map((delta): ToolEvent => ({ type: 'tool-call-delta', index, delta })),
];

describe('required calls', () => {
  it.each([
    ['no call', '[]', []],
    ['no JSON', 'I will not.', [text('I will not.')]],
    ['JSON of something else', '[{"name":"f"}]', [text('[{"name":"f"}]')]],
    ['text behind the list', '[{"name":"f","parameters":{}}] ok', [...call(0, 'f', '{}'), text(' ok')]],
  ])('reads %s', (_, output, expected) => {
    for (const deltas of everySplit(output)) {
      expect(readTools(requiredCalls(), deltas, { cutOff: false })).toEqual(expected);
    }
  });

  it('tells a call with the beginning of its arguments', () => {
    const parser = requiredCalls();
    const deltas = ['[{"name": "f",', ' "parameters":', ' {', '"a": 1}', '}]'];
    expect(deltas.map((delta) => parser.push(delta))).toEqual([
      [],
      [],
      call(0, 'f', '{'),
      [{ type: 'tool-call-delta', index: 0, delta: '"a": 1}' }],
      [],
    ]);
  });
});

describe('a named call', () => {
  it('has all text as its arguments, JSON or not, but no white space in front', () => {
    const parser = namedCall('f');
    expect([' ', '\n{', ' "a', ''].map((delta) => parser.push(delta))).toEqual([
      [],
      call(0, 'f', '{'),
      [{ type: 'tool-call-delta', index: 0, delta: ' "a' }],
      [],
    ]);
    expect(parser.finish({ cutOff: true })).toEqual([]);
  });
});
