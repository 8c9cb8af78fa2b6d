import { describe, expect, it } from 'vitest';
import { everySplit, readTools } from '@testing/output-parsers';
import type { ToolEvent } from '../tool/tool-parser.js';
import { headedCalls } from './headed-call.parser.js';
import type { HeadedCallFormat } from './headed-call.parser.js';

const format: HeadedCallFormat = {
  section: { open: '<calls>', close: '</calls>' },
  open: '<call>',
  headerEnd: '<args>',
  close: ['</call>'],
  layout: ['<br>'],
  endOfTurn: '<eot>',
  readHeader: (header) => (/^\w+$/.test(header) ? { name: header } : undefined),
  nameless: 'text',
  textBehindSection: 'kept',
  cutMarker: '<c',
};
const read = (changes: Partial<HeadedCallFormat>, deltas: readonly string[], cutOff = false) =>
  readTools(headedCalls({ ...format, ...changes })(), deltas, { cutOff });

const text = (value: string): ToolEvent => ({ type: 'text-delta', text: value });
const call = (index: number, name: string, ...deltas: string[]): ToolEvent[] => [
  { type: 'tool-call-start', index, name },
  ...deltas.map((delta): ToolEvent => ({ type: 'tool-call-delta', index, delta })),
];
const f = '<call>f<args>{"a": 1}</call>';

const cases: readonly (readonly [string, string, readonly ToolEvent[]])[] = [
  ['text', 'a <b> <call>f<args> </calls>', [text('a <b> <call>f<args> </calls>')]],
  [
    'a section',
    `Ok. <calls>${f}\n<br>${f}</calls>`,
    [text('Ok. '), ...call(0, 'f', '{"a": 1}'), ...call(1, 'f', '{"a": 1}')],
  ],
  ['a call without arguments', '<calls><call>f<args> </call></calls>', call(0, 'f', '{}')],
  [
    'text between and behind calls',
    `<calls>${f} and ${f}</calls>!`,
    [...call(0, 'f', '{"a": 1}'), text(' and '), ...call(1, 'f', '{"a": 1}'), text('!')],
  ],
  ['a section that a word begins', 'the <calls> marker', [text('the <calls> marker')]],
  ['an empty section', '<calls> <br></calls>', [text('<calls> <br></calls>')]],
  ['markers behind a word in a section', '<calls>x<br>y<call>f<args>', [text('<calls>x<br>y<call>f<args>')]],
  ['a section within one that is none', `<calls> <calls>${f}`, [text('<calls> '), ...call(0, 'f', '{"a": 1}')]],
  [
    'a header that names nothing',
    '<calls><call>f g<args>{}</call></calls>',
    [text('<calls><call>f g<args>{}</call></calls>')],
  ],
  ['a header that another call ends', `<calls><call>f<call>f<args>{}`, [text('<calls><call>f<call>f<args>{}')]],
  [
    'a header that names nothing behind a call',
    `<calls>${f}<call>-<args>{}</calls>`,
    [...call(0, 'f', '{"a": 1}'), text('<call>-<args>{}')],
  ],
  [
    'the end of a section in place of that of a call',
    '<calls><call>f<args>{}</calls>x',
    [...call(0, 'f', '{}'), text('x')],
  ],
  ['the end of a turn', `a<eot><calls><call>f<args>{<eot>b`, [text('a'), ...call(0, 'f', '{'), text('b')]],
  ['a call that the text ends', '<calls><call>f<args>{"a"</cal', call(0, 'f', '{"a"')],
  ['a section that the text ends', '<calls><ca', [text('<calls>')]],
  ['the beginning of a marker', 'a <c', [text('a ')]],
];

describe('parser of calls with headers', () => {
  it.each(cases)('reads %s however it is cut', (_, output, expected) => {
    for (const deltas of everySplit(output, 500)) expect(read({}, deltas)).toEqual(expected);
  });

  it.each([
    ['in a header', '<calls><call>f', []],
    ['before the first call', '<calls> ', []],
    ['behind a header', '<calls><call>f<args>', call(0, 'f')],
    ['in the end marker', '<calls><call>f<args>{}</', call(0, 'f', '{}')],
  ])('gives what is certain of an answer cut off %s', (_, output, expected) => {
    for (const deltas of everySplit(output)) expect(read({}, deltas, true)).toEqual(expected);
  });

  it('drops calls without a name, and text behind the section, where the format does', () => {
    const output = `<calls><call>-<args>{}</call>${f}</calls> and ${f} so`;
    for (const deltas of everySplit(output, 500)) {
      expect(read({ nameless: 'dropped', textBehindSection: 'dropped' }, deltas)).toEqual([
        ...call(0, 'f', '{"a": 1}'),
        ...call(1, 'f', '{"a": 1}'),
      ]);
    }
  });

  it('sends each part as soon as it is certain', () => {
    const parser = headedCalls(format)();
    const deltas = ['a <', 'calls><call>f', '<args>{', '"a": ', '1}<', '/call>'];
    expect(deltas.map((delta) => parser.push(delta))).toEqual([
      ...[[text('a ')], [], call(0, 'f', '{')],
      ...[call(0, 'f', '"a":').slice(1), call(0, 'f', ' 1}').slice(1), []],
    ]);
  });
});
