import { describe, expect, it } from 'vitest';
import { everySplit, loadFixture, modelOf, readTools } from '@testing/output-parsers';
import type { ToolEvent } from '../tool-parser.js';
import { mistral } from './mistral.parser.js';

const model = modelOf(loadFixture('tool', 'mistral'));
const read = (deltas: readonly string[], cutOff = false) =>
  readTools(mistral.create({ tools: [], templateKwargs: {}, model }), deltas, { cutOff });

const text = (value: string): ToolEvent => ({ type: 'text-delta', text: value });
const call = (index: number, name: string, ...deltas: string[]): ToolEvent[] => [
  { type: 'tool-call-start', index, name },
  ...deltas.map((delta): ToolEvent => ({ type: 'tool-call-delta', index, delta })),
];

describe('mistral tool parser', () => {
  it.each([
    ['markers in a row', '[TOOL_CALLS] [TOOL_CALLS]f[ARGS]{}', call(0, 'f', '{}')],
    [
      'a marker that arguments quote',
      '[TOOL_CALLS]f{"a":"[TOOL_CALLS]g{}"}!',
      [...call(0, 'f', '{"a":"[TOOL_CALLS]g{}"}'), text('!')],
    ],
    [
      'arguments that lack a bracket',
      '[TOOL_CALLS]f{"a":1[TOOL_CALLS]g{}',
      [...call(0, 'f', '{"a":1'), ...call(1, 'g', '{}')],
    ],
    ['a name that nothing follows', '[TOOL_CALLS]f[ARGS]', call(0, 'f', '{}')],
    ['arguments that are no JSON', '[TOOL_CALLS]f[ARGS]x', [text('[TOOL_CALLS]f[ARGS]x')]],
    [
      'a name behind one that is none',
      'a [TOOL_CALLS]b[TOOL_CALLS]c{}',
      [text('a [TOOL_CALLS]b'), ...call(0, 'c', '{}')],
    ],
    ['a name that is too long', `[TOOL_CALLS]${'x'.repeat(257)}{}`, [text(`[TOOL_CALLS]${'x'.repeat(257)}{}`)]],
    [
      'a list with arguments in a string, none, and no call',
      '[TOOL_CALLS] [{"name":"f","arguments":"{\\"a\\":1}"}, {"x":1}, {"name":"g","arguments":null}] so',
      [...call(0, 'f', '{"a":1}'), ...call(1, 'g', '{}'), text(' so')],
    ],
    ['a list that is none', 'a [TOOL_CALLS] [1] b', [text('a [TOOL_CALLS] [1] b')]],
    [
      'a list behind a list',
      '[TOOL_CALLS][{"name":"f"}][TOOL_CALLS]{"name":"g"}',
      [...call(0, 'f', '{}'), ...call(1, 'g', '{}')],
    ],
  ])('reads %s however it is cut', (_, output, expected) => {
    for (const deltas of everySplit(output, 300)) expect(read(deltas)).toEqual(expected);
  });

  it.each([
    ['in a name', 'a[TOOL_CALLS]f', [text('a')]],
    ['in a list', '[TOOL_CALLS][{"name":"f', []],
    ['in arguments', '[TOOL_CALLS]f{"a": "[', call(0, 'f', '{"a": "[')],
  ])('gives what is certain of an answer cut off %s', (_, output, expected) => {
    for (const deltas of everySplit(output)) expect(read(deltas, true)).toEqual(expected);
  });
});
