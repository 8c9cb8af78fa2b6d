import { describe, expect, it } from 'vitest';
import { everySplit, readTools } from '@testing/output-parsers';
import type { ToolEvent } from '../../tool/tool-parser.js';
import { NAME_AND_ARGUMENTS } from './call-object.reader.js';
import { jsonCalls } from './json-call.parser.js';
import type { JsonCallFormat } from './json-call.parser.js';

const text = (value: string): ToolEvent => ({ type: 'text-delta', text: value });
const call = (index: number, name: string, ...deltas: string[]): ToolEvent[] => [
  { type: 'tool-call-start', index, name },
  ...deltas.map((delta): ToolEvent => ({ type: 'tool-call-delta', index, delta })),
];

const lists: JsonCallFormat = { blocks: [{ open: '<c>', close: '</c>' }], body: 'list', call: NAME_AND_ARGUMENTS };
const bare: JsonCallFormat = {
  blocks: [
    { open: '{', ordinary: true },
    { open: '```', close: '```', ordinary: true },
  ],
  body: 'object',
  call: { ...NAME_AND_ARGUMENTS, argumentKeys: ['arguments', 'parameters'] },
  separators: ';',
};
const first: JsonCallFormat = {
  ...lists,
  blocks: [{ open: '[', first: true, ordinary: true }, { open: '<c>' }],
  thoughts: true,
  strays: 'passed-over',
  lenient: true,
};
const a = '{"name":"a","arguments":{"x":1}}';
const b = '{"name":"b","arguments":{}}';
const A = call(0, 'a', '{"x":1}');
const B = call(1, 'b', '{}');

const cases: readonly (readonly [string, JsonCallFormat, string, readonly ToolEvent[]])[] = [
  ['a list of calls', lists, `<c> [${a}, ${b}]\n</c> ok`, [...A, ...B, text(' ok')]],
  ['a list without its end', lists, `<c>[${a}`, A],
  ['an end marker twice', lists, `<c>[${a}]</c></c>\n`, A],
  ['a bracket too many', lists, `<c>[${a}}]]</c>`, A],
  ['a comma too many', lists, `<c>[${a},]</c>`, A],
  ['an empty list', lists, 'x<c>[ ]</c>y', [text('xy')]],
  ['a list of something else', lists, `<c>[1]</c><c>[${a}]</c>`, [text(`<c>[1]</c><c>[${a}]</c>`)]],
  ['something else behind a call', lists, `<c>[${a}, {"y":2}]</c>`, [...A, text('{"y":2}]</c>')]],
  ['an object in place of a list', lists, `<c>${a}</c>`, [text(`<c>${a}</c>`)]],
  ['an object alone', { ...lists, body: 'object-or-list' }, `<c>${a}</c>`, A],
  ['a stray among calls', { ...lists, strays: 'passed-over' }, `<c>[{"y":2}, ${a}, {}]</c>`, A],
  ['strays alone', { ...lists, strays: 'passed-over' }, '<c>[{"y":2}]</c>', [text('<c>[{"y":2}]</c>')]],
  ['strays that are dropped', { ...lists, strays: 'dropped' }, '-<c>[{"y":2}]</c>-', [text('--')]],
  ['broken JSON', { ...lists, lenient: true }, `<c>[{'a'}]<c>[${a}]`, [text("<c>[{'a'}]"), ...A]],
  ['broken JSON that is dropped', { ...lists, broken: 'dropped' }, `x<c>[{'a'}]</c>y<c>[${a}]`, [text('xy'), ...A]],
  ['a marker in a text', { ...lists, lenient: true }, `a <c> in <c>[${a}]`, [text('a <c> in '), ...A]],
  [
    'a call under its name',
    { ...lists, call: { ...NAME_AND_ARGUMENTS, name: 'first-key' } },
    '<c>[{"a":{"x":1},"z":2},{"b":{}}]',
    [...A, ...B],
  ],
  [
    'the id of a call',
    { ...lists, call: { ...NAME_AND_ARGUMENTS, idKey: 'id' } },
    '<c>[{"id":"7","name":"a","arguments":{}}]',
    [
      { type: 'tool-call-start', index: 0, name: 'a', id: '7' },
      { type: 'tool-call-delta', index: 0, delta: '{}' },
    ],
  ],
  [
    'arguments that are none',
    { ...lists, call: { ...NAME_AND_ARGUMENTS, argumentsRequired: false } },
    '<c>[{"name":"a"}]',
    call(0, 'a', '{}'),
  ],
  [
    'arguments in a string',
    { ...lists, call: { ...NAME_AND_ARGUMENTS, stringArguments: 'unwrapped' } },
    '<c>[{"arguments":"{\\"x\\":1}","name":"a"},{"name":"b","arguments":"{}"}]',
    [...A, ...B],
  ],
  [
    'arguments that have to be an object',
    { ...lists, call: { ...NAME_AND_ARGUMENTS, objectArguments: true } },
    '<c>[{"name":"a","arguments":"x"}]',
    [text('<c>[{"name":"a","arguments":"x"}]')],
  ],
  ['calls between text', bare, `x ${a}; ${b} ; y`, [text('x '), ...A, ...B, text(' ; y')]],
  ['an answer in JSON', bare, `{"name":"Bob","age":5}`, [text('{"name":"Bob","age":5}')]],
  ['a call behind an answer in JSON', bare, `{"x":2} ${a}`, [text(`{"x":2} ${a}`)]],
  ['a call in a code block', bare, `Ok:\n\`\`\`\n${a}\n\`\`\`\nDone`, [text('Ok:\n'), ...A, text('\nDone')]],
  ['a code block of something else', bare, `\`\`\`js\`\`\` ${a}`, [text('```js``` '), ...A]],
  ['a list that is all of the answer', first, `\n[${a}]`, [text('\n'), ...A]],
  ['a list behind text', first, `x [${a}]`, [text(`x [${a}]`)]],
  ['a list behind a thought', first, `<think>[${b}]</think>\n[${a}]`, [text(`<think>[${b}]</think>\n`), ...A]],
  ['a list in a thought', first, `<think><c>[${b}]</think>no [${a}]`, [text(`<think><c>[${b}]</think>no [${a}]`)]],
  ['a list that is no calls', first, '[1, 2]', [text('[1, 2]')]],
];

describe('JSON call parser', () => {
  it.each(cases)('reads %s however it is cut', (_, format, output, expected) => {
    const create = jsonCalls(format);
    const wanted = JSON.stringify(expected);
    for (const deltas of everySplit(output, 300)) {
      const events = readTools(create(), deltas, { cutOff: false });
      if (JSON.stringify(events) !== wanted) expect({ deltas, events }).toEqual({ deltas, events: expected });
    }
  });

  it.each([
    ['the beginning of a call behind a marker is dropped', lists, 'x<c>[{"na', [text('x')]],
    ['a second call that has no name yet is dropped', lists, `<c>[${a}, {"na`, A],
    ['JSON that no name is in is text', bare, 'x {"answer": 4', [text('x {"answer": 4')]],
    ['JSON that a name is in is the beginning of a call', bare, 'x {"name": "f', [text('x ')]],
    ['arguments end where they were cut', bare, '{"name": "f", "parameters": {"a', call(0, 'f', '{"a')],
  ])('when the answer was cut off, %s', (_, format, output, expected) => {
    const create = jsonCalls(format);
    for (const deltas of everySplit(output, 200)) {
      expect(readTools(create(), deltas, { cutOff: true })).toEqual(expected);
    }
  });

  it('says at the end what was held back and is no call', () => {
    expect(readTools(jsonCalls(lists)(), ['x<c>[{"na'], { cutOff: false })).toEqual([text('x<c>[{"na')]);
  });

  it('sends each part of a call as soon as it is certain', () => {
    const parser = jsonCalls(lists)();
    const deltas = [
      'see <c',
      '>[',
      '{"name":"a", "arg',
      'uments": {"x"',
      ':1',
      '}',
      '}, {"arguments":',
      '{},"name":"b"',
      '}',
    ];
    expect(deltas.map((delta) => parser.push(delta))).toEqual([
      [text('see ')],
      [],
      [],
      call(0, 'a', '{"x"'),
      [{ type: 'tool-call-delta', index: 0, delta: ':1' }],
      [{ type: 'tool-call-delta', index: 0, delta: '}' }],
      [],
      [],
      call(1, 'b', '{}'),
    ]);
  });
});
