import { describe, expect, it } from 'vitest';
import { everySplit, readTools } from '@testing/output-parsers';
import type { Ending, ToolEvent } from '../tool/tool-parser.js';
import { markersOf, TaggedCallParser } from './tagged-call.parser.js';
import type { TaggedCallFormat } from './tagged-call.parser.js';

const plain: TaggedCallFormat = {
  call: { open: '<call>', close: '</call>' },
  key: { open: '<key>', close: '</key>' },
  value: { open: '<value>', close: '</value>' },
  trimsNewlines: false,
  offeredOnly: true,
  emptyCall: 'text',
  text: 'trimmed',
};
const grouped: TaggedCallFormat = {
  group: { open: '<calls>', close: '</calls>', required: false },
  call: { open: '<f=', close: '</f>' },
  nameEnd: '>',
  key: { open: '<p=', close: '>' },
  value: { close: '</p>' },
  trimsNewlines: true,
  offeredOnly: false,
  emptyCall: 'dropped',
  text: 'trimmed',
};
const strictlyGrouped: TaggedCallFormat = { ...grouped, group: { open: '<calls>', close: '</calls>', required: true } };

const tools = [
  { name: 'book', parameters: { properties: { from: { type: 'string' }, seats: { type: 'integer' } } } },
  { name: 'list' },
];

function said(text: string): ToolEvent {
  return { type: 'text-delta', text };
}

function called(index: number, name: string, ...deltas: string[]): ToolEvent[] {
  return [
    { type: 'tool-call-start', index, name },
    ...deltas.map((delta) => ({ type: 'tool-call-delta', index, delta }) as const),
  ];
}

/** What is read of a text, however it is cut. */
function read(format: TaggedCallFormat, text: string, ending: Ending): ToolEvent[] {
  const events = readTools(new TaggedCallParser(format, tools), [text], ending);
  for (const deltas of everySplit(text, 100)) {
    expect(readTools(new TaggedCallParser(format, tools), deltas, ending)).toEqual(events);
  }
  return events;
}

describe('tagged calls', () => {
  it.each<[string, TaggedCallFormat, string, ToolEvent[]]>([
    [
      'typed values, in calls between text',
      plain,
      'Look: <call> book\n<key> from </key> <value> a "b" </value><key>seats</key>\n<value>2</value></call>\nor\n<call>list</call>',
      [
        said('Look:'),
        ...called(0, 'book', '{"from": " a \\"b\\" ", "seats": 2}'),
        said(' \nor'),
        ...called(1, 'list', '{}'),
      ],
    ],
    ['a mention of a marker', plain, 'The <call> tag <call>s.', [said('The <call> tag <call>s.')]],
    ['a call without a name', plain, '<call></call>', [said('<call></call>')]],
    ['no call of an unknown function', plain, 'So <call>x<key>a</key><value>1</value></call>.', [said('So .')]],
    [
      'nothing as long as text for a name',
      plain,
      `<call>${'n'.repeat(300)}</call>`,
      [said(`<call>${'n'.repeat(300)}</call>`)],
    ],
    [
      'a value up to the end of its call',
      plain,
      '<call>book<key>from</key><value>a</call>',
      called(0, 'book', '{"from": "a"}'),
    ],
    [
      'a call that the next one ends',
      plain,
      '<call>list\n<key>a</key>\n<call>list</call>',
      [...called(0, 'list', '{}'), ...called(1, 'list', '{}')],
    ],
    [
      'a key without its value',
      plain,
      '<call>list<key>a</key><key>b</key><value>1</value></call>',
      called(0, 'list', '{"b": "1"}'),
    ],
    [
      'groups of calls, with one newline around values',
      grouped,
      '<calls>\n<f=x>\n<p=a>\n\n1\n\n</p>\n<p=b></p>\n</f>\n<f=list></f>\n</calls>\nDone.',
      [...called(0, 'x', '{"a": "\\n1\\n", "b": ""}'), ...called(1, 'list', '{}'), said('Done.')],
    ],
    ['a call outside of a group', grouped, '<f=list></f></calls>', [...called(0, 'list', '{}'), said('</calls>')]],
    [
      'a value that the next key ends',
      grouped,
      '<f=book><p=seats>\n1\n<p=from>b</p></f>',
      called(0, 'book', '{"seats": 1, "from": "b"}'),
    ],
    [
      'text in a group',
      grouped,
      'The <calls> tag; <calls><f=list></f> or so </calls>',
      [said('The <calls> tag;'), ...called(0, 'list', '{}'), said('  or so')],
    ],
    [
      'white space behind text in a group',
      { ...grouped, text: 'kept' },
      '<calls><f=list></f>a\n<f=list></f>b\n c\n</calls>d',
      [...called(0, 'list', '{}'), said('a'), ...called(1, 'list', '{}'), said('b\n cd')],
    ],
    ['a group of text', grouped, 'a<calls>b</calls>', [said('a<calls>b</calls>')]],
    ['a group without calls', grouped, 'a<calls>\n</calls>b', [said('ab')]],
    ['a group that ends its call', grouped, '<calls><f=list></calls>.', [...called(0, 'list', '{}'), said('.')]],
    [
      'calls in groups only',
      strictlyGrouped,
      '<f=list></f><calls><f=list></f></calls>',
      [said('<f=list></f>'), ...called(0, 'list', '{}')],
    ],
  ])('read %s', (_, format, text, expected) => {
    expect(read(format, text, { cutOff: false })).toEqual(expected);
  });

  it.each<[TaggedCallFormat, string, ToolEvent[], ToolEvent[]]>([
    [plain, 'a <cal', [said('a <cal')], [said('a <cal')]],
    [plain, 'a <call>b', [said('a <call>b')], [said('a ')]],
    [grouped, 'a <calls>\n', [said('a <calls>\n')], [said('a ')]],
    [grouped, '<calls><f=li', [said('<calls><f=li')], []],
    [plain, '<call>list\n', called(0, 'list', '{}'), []],
    [plain, '<call>book<key>fr', called(0, 'book', '{}'), called(0, 'book', '{}')],
    [
      plain,
      '<call>book<key>from</key><value>Ki</v',
      called(0, 'book', '{"from": "Ki</v'),
      called(0, 'book', '{"from": "Ki'),
    ],
    [plain, '<call>book<key>seats</key><value>1', called(0, 'book', '{"seats": '), called(0, 'book', '{"seats": ')],
  ])('in %j end at %j as the model ended, or was cut off', (format, text, stopped, cutOff) => {
    expect(read(format, text, { cutOff: false })).toEqual(stopped);
    expect(read(format, text, { cutOff: true })).toEqual(cutOff);
  });

  it('are looked for in linear time in one long text', () => {
    const before = process.cpuUsage().user;
    for (const piece of ['<f=', '<calls>x', '<f=x><p=']) {
      const parser = new TaggedCallParser(grouped, tools);
      parser.push(piece.repeat(1 << 17));
      parser.finish({ cutOff: false });
    }
    expect(process.cpuUsage().user - before).toBeLessThan(3_000_000);
  });

  it('know their markers', () => {
    expect(markersOf(grouped)).toEqual(['<calls>', '</calls>', '<f=', '</f>', '<p=', '</p>']);
  });
});
