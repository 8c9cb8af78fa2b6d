import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everySplit, loadFixture, modelOf, readTools } from '@testing/output-parsers';
import type { ToolEvent } from '../tool-parser.js';
import { hermes } from './hermes.parser.js';

const create = () => hermes.create({ tools: [], templateKwargs: {}, model: modelOf(loadFixture('tool', 'hermes')) });
const whole = (text: string, cutOff = false) => readTools(create(), [text], { cutOff });
const text = (value: string): ToolEvent => ({ type: 'text-delta', text: value });
const call = (index: number, name: string, ...deltas: string[]): ToolEvent[] => [
  { type: 'tool-call-start', index, name },
  ...deltas.map((delta): ToolEvent => ({ type: 'tool-call-delta', index, delta })),
];
const oslo = '<tool_call>\n{"name": "weather", "arguments": {"city": "Oslo"}}\n</tool_call>';

const cases: readonly (readonly [string, string, readonly ToolEvent[]])[] = [
  ['nothing', '', []],
  ['plain text', 'No tool needed.', [text('No tool needed.')]],
  ['text with the beginning of a marker', 'a < b <tool', [text('a < b <tool')]],
  ['a marker with a space in it', 'use <tool_call > here', [text('use <tool_call > here')]],
  ['an end marker alone', 'a</tool_call>b', [text('a</tool_call>b')]],
  ['text before a call', `Let me look.\n${oslo}`, [text('Let me look.\n'), ...call(0, 'weather', '{"city": "Oslo"}')]],
  ['text behind a call', `${oslo}\nDone. `, [...call(0, 'weather', '{"city": "Oslo"}'), text('\nDone. ')]],
  [
    'calls with layout between and behind them',
    `${oslo}\n\n${oslo}\n`,
    [...call(0, 'weather', '{"city": "Oslo"}'), ...call(1, 'weather', '{"city": "Oslo"}')],
  ],
  [
    'calls with text between them',
    `${oslo} and ${oslo}`,
    [...call(0, 'weather', '{"city": "Oslo"}'), text(' and '), ...call(1, 'weather', '{"city": "Oslo"}')],
  ],
  [
    'arguments in front of the name',
    '<tool_call>{"arguments":{"a":[1]},"name":"f"}</tool_call>',
    call(0, 'f', '{"a":[1]}'),
  ],
  [
    'members of other names, nested ones too',
    '<tool_call>{"id":{"name":"x"},"name":"f","n":-1.5e3,"arguments":{"arguments":{}},"why":"}"}</tool_call>',
    call(0, 'f', '{"arguments":{}}'),
  ],
  ['a key in escapes', '<tool_call>{"n\\u0061me":"f\\"g","arguments":null}</tool_call>', call(0, 'f"g', 'null')],
  [
    'arguments that are a string',
    '<tool_call>{"name":"f","arguments":"{\\"a\\"}"}</tool_call>',
    call(0, 'f', '"{\\"a\\"}"'),
  ],
  ['a number as arguments', '<tool_call>{"name":"f","arguments":12 }</tool_call>', call(0, 'f', '12')],
  ['a member but no arguments', '<tool_call>{"name":"f","id":1}</tool_call>', call(0, 'f', '{}')],
  [
    'markers and brackets inside of strings',
    '<tool_call>{"name":"f","arguments":{"a":"</tool_call>}<tool_call>\\"]"}}</tool_call>!',
    [...call(0, 'f', '{"a":"</tool_call>}<tool_call>\\"]"}'), text('!')],
  ],
  ['a call without its end marker', '<tool_call>{"name":"f","arguments":{}} ', call(0, 'f', '{}')],
  [
    'text in place of the end marker',
    '<tool_call>{"name":"f","arguments":{}}\nok?',
    [...call(0, 'f', '{}'), text('\nok?')],
  ],
  [
    'a missing brace',
    '<tool_call>{"name":"f","arguments":{"a":1}\n</tool_call>ok',
    [...call(0, 'f', '{"a":1}'), text('ok')],
  ],
  ['a mistake inside of arguments', '<tool_call>{"name":"f","arguments":{"a":}}</tool_call>', call(0, 'f', '{"a":}')],
  ['a block that is not JSON', '<tool_call>f(1)</tool_call>', [text('<tool_call>f(1)</tool_call>')]],
  ['an empty block', '<tool_call>\n</tool_call>', [text('<tool_call>\n</tool_call>')]],
  ['a start marker alone', 'a <tool_call>', [text('a <tool_call>')]],
  [
    'a name that is no string',
    '<tool_call>{"name":1,"arguments":{}}</tool_call>',
    [text('<tool_call>{"name":1,"arguments":{}}</tool_call>')],
  ],
  [
    'an empty name',
    '<tool_call>{"name":"","arguments":{}}</tool_call>',
    [text('<tool_call>{"name":"","arguments":{}}</tool_call>')],
  ],
  [
    'a block with no name',
    '<tool_call>{"arguments":{}}</tool_call>',
    [text('<tool_call>{"arguments":{}}</tool_call>')],
  ],
  ['a name alone', '<tool_call>{"name":"f"}</tool_call>', [text('<tool_call>{"name":"f"}</tool_call>')]],
  [
    'a call behind a block that is none',
    `${oslo} <tool_call>{oops}</tool_call>\n${oslo}`,
    [...call(0, 'weather', '{"city": "Oslo"}'), text(` <tool_call>{oops}</tool_call>\n${oslo}`)],
  ],
];

describe('hermes tool parser', () => {
  it.each(cases)('reads %s however the stream is cut', (_, output, expected) => {
    const wanted = JSON.stringify(expected);
    for (const deltas of everySplit(output, 300)) {
      const events = readTools(create(), deltas, { cutOff: false });
      if (JSON.stringify(events) !== wanted) expect({ deltas, events }).toEqual({ deltas, events: expected });
    }
  });

  it.each([
    ['in the name', 'Ok. <tool_call>\n{"name": "weath', [text('Ok. ')]],
    ['in a marker', 'Ok. <tool_ca', [text('Ok. <tool_ca')]],
    ['in a value', '<tool_call>{"name":"f","arguments":{"a":"b', call(0, 'f', '{"a":"b')],
    ['before a value', '<tool_call>{"name":"f","arguments":{"a": ', call(0, 'f', '{"a":')],
    ['before the arguments', '<tool_call>{"name":"f","argu', call(0, 'f')],
    ['in the end marker', '<tool_call>{"name":"f","arguments":{}}\n</tool', call(0, 'f', '{}')],
  ])('gives what is certain of a call cut off %s', (_, output, expected) => {
    for (const deltas of everySplit(output, 300)) {
      expect(readTools(create(), deltas, { cutOff: true })).toEqual(expected);
    }
  });

  it('sends each part of a call as soon as it is certain', () => {
    const parser = create();
    const deltas = [
      ...['see <', 'tool_call>{"na', 'me":"f"', ',', '"arguments":', ' {"a', '": ', ' ', '1', '}', '}', '</tool_call>'],
    ];
    expect(deltas.map((delta) => parser.push(delta))).toEqual([
      [text('see ')],
      [],
      [],
      call(0, 'f'),
      [],
      [{ type: 'tool-call-delta', index: 0, delta: '{"a' }],
      [{ type: 'tool-call-delta', index: 0, delta: '":' }],
      [],
      [{ type: 'tool-call-delta', index: 0, delta: '  1' }],
      [{ type: 'tool-call-delta', index: 0, delta: '}' }],
      [],
      [],
    ]);
  });

  it('gives the same events for any text and any cut', () => {
    const pieces = fc.constantFrom(
      ...[
        '<tool_call>',
        '</tool_call>',
        '{',
        '}',
        '"name"',
        '"arguments"',
        ':',
        ',',
        '"f"',
        '[',
        ']',
        '"',
        '\\',
        ' ',
        '\n',
      ],
      ...['<', 'tool_call>', 'a', '1', 'é🚢', '{"name":"f",', '"arguments":{}'],
    );
    const deltas = fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 30 });
    fc.assert(
      fc.property(deltas, fc.boolean(), (parts, cutOff) => {
        const events = readTools(create(), parts, { cutOff });
        expect(events).toEqual(whole(parts.join(''), cutOff));
      }),
      { numRuns: 2000 },
    );
  });

  it('loses no text, whatever it is, as long as no call begins', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const output = `${value}<tool_call>{'name'`;
        expect(whole(output)).toEqual([text(output)]);
      }),
    );
  });

  it.each([
    ['a marker begun again and again', '<tool_call'.repeat(20_000)],
    ['white space behind a call', oslo + ' '.repeat(200_000)],
    ['brackets that never close', `<tool_call>{"name":"f","arguments":${'['.repeat(200_000)}`],
    ['quotes that never close', `<tool_call>{"name":"${'\\"'.repeat(100_000)}`],
  ])('reads %s in linear time', (_, output) => {
    const parser = create();
    const started = performance.now();
    for (const character of output) parser.push(character);
    parser.finish({ cutOff: false });
    expect(performance.now() - started).toBeLessThan(4000);
  });
});
