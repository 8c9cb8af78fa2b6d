import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everySplit, readTools } from '@testing/output-parsers';
import type { Ending, ToolEvent } from '../tool/tool-parser.js';
import { AttributeCallParser } from './attribute-call.parser.js';
import type { AttributeCallFormat } from './attribute-call.parser.js';
import { AttributeMarkup } from './attribute-markup.js';
import type { MarkupDeclaration } from './attribute-markup.js';

const blocks: MarkupDeclaration = {
  blockOpen: ['<calls>'],
  blockClose: ['</calls>'],
  bareCalls: false,
  emptyBlock: 'text',
  layout: ['<next>'],
  framing: ['<say>', '</say>'],
  call: { open: '<call name =', close: '</call>' },
  parameter: { open: '<p', close: '< / p >' },
  tagEnd: '>',
};
const bare: MarkupDeclaration = {
  ...blocks,
  bareCalls: true,
  emptyBlock: 'dropped',
  verbatim: { open: '[[', close: ']]' },
  escapes: { '&lt;': '<' },
  thought: { open: '<think>', close: '</think>' },
  jsonCall: {
    name: { key: 'name' },
    argumentKeys: ['arguments'],
    argumentsRequired: false,
    stringArguments: 'verbatim',
    certainWith: 'next-member',
  },
};
const bodies: MarkupDeclaration = { ...blocks, parameter: undefined };

function formatOf(declaration: MarkupDeclaration, more: Partial<AttributeCallFormat> = {}): AttributeCallFormat {
  return { markup: new AttributeMarkup(declaration), nameless: 'text', notOffered: 'text', ...more };
}

const inBlocks = formatOf(blocks);
const anywhere = formatOf(bare);
const lenient = formatOf(blocks, { nameless: 'dropped', notOffered: 'dropped' });
const silent = formatOf({ ...bare, dropsTextBehindCalls: true });
const withBodies = formatOf(bodies, {
  createArguments: () => {
    let body = '';
    return {
      beginParameter: () => '',
      write: (text) => {
        body += text;
        return '';
      },
      endParameter: () => '',
      end: () => JSON.stringify(body),
    };
  },
});

const tools = [
  { name: 'book', parameters: { properties: { from: { type: 'string' }, seats: { type: 'integer' } } } },
  { name: 'list' },
];

function said(text: string): ToolEvent {
  return { type: 'text-delta', text };
}

function called(index: number, name: string, delta: string): ToolEvent[] {
  return [
    { type: 'tool-call-start', index, name },
    { type: 'tool-call-delta', index, delta },
  ];
}

/** What is read of a text, however it is cut. */
function read(format: AttributeCallFormat, text: string, ending: Ending = { cutOff: false }): ToolEvent[] {
  const events = readTools(new AttributeCallParser(format, tools), [text], ending);
  for (const deltas of everySplit(text, 100)) {
    expect(readTools(new AttributeCallParser(format, tools), deltas, ending)).toEqual(events);
  }
  return events;
}

describe('attribute calls', () => {
  it.each<[string, AttributeCallFormat, string, ToolEvent[]]>([
    [
      'typed values, in calls between text',
      inBlocks,
      'Look: <calls>\n<call name="book"><p name="from"> a "b" </p>\n<p name=\'seats\'>2< /p ></call>\n<next><call name=list></call></calls>\nDone.',
      [
        said('Look: '),
        ...called(0, 'book', '{"from": " a \\"b\\" ", "seats": 2}'),
        ...called(1, 'list', '{}'),
        said('\nDone.'),
      ],
    ],
    ['a mention of a block', inBlocks, 'The <calls> tag, <calls>', [said('The <calls> tag, <calls>')]],
    ['a block without calls', inBlocks, 'a<calls> <next></calls>b', [said('a<calls> <next></calls>b')]],
    ['a block without calls that says nothing', anywhere, 'a<calls> </calls>b', [said('ab')]],
    ['no call outside of a block', inBlocks, '<call name="list"></call>', [said('<call name="list"></call>')]],
    [
      'a call outside of a block',
      anywhere,
      'a <call name="list"></call> b',
      [said('a '), ...called(0, 'list', '{}'), said(' b')],
    ],
    ['a tag without a name', anywhere, '<call name=""> <call nome="x">', [said('<call name=""> <call nome="x">')]],
    [
      'nothing as long as text for a tag',
      anywhere,
      `<call name="${'n'.repeat(1030)}">`,
      [said(`<call name="${'n'.repeat(1030)}">`)],
    ],
    [
      'no function that was not offered',
      inBlocks,
      '<calls><call name="x"><p name="a">1</p></call></calls>',
      [said('<calls><call name="x"><p name="a">1</p></call></calls>')],
    ],
    [
      'no function that was not offered behind a call',
      inBlocks,
      '<calls><call name="list"></call><call name="x"><p name="a">1</p></call></calls>',
      called(0, 'list', '{}'),
    ],
    [
      'nothing of what is no call',
      lenient,
      'a<calls><call name="x"><p name="a">1</p></call><call name=></call></calls>',
      [said('a')],
    ],
    [
      'text between the calls of a block',
      inBlocks,
      '<calls><call name="list"></call> so </calls>',
      [...called(0, 'list', '{}'), said(' so ')],
    ],
    [
      'no framing',
      inBlocks,
      '<say>a</say><calls><call name="list"></call></calls>',
      [said('a'), ...called(0, 'list', '{}')],
    ],
    [
      'a parameter without a name',
      anywhere,
      '<call name="list"><p>1</p><p name="b">2</p></call>',
      called(0, 'list', '{"b": "2"}'),
    ],
    [
      'values and calls without their ends',
      anywhere,
      '<call name="book"><p name="seats">1<p name="from">b</call><call name="list"><call name="list"></calls>',
      [...called(0, 'book', '{"seats": 1, "from": "b"}'), ...called(1, 'list', '{}'), ...called(2, 'list', '{}')],
    ],
    [
      'escaped and verbatim values',
      anywhere,
      '<call name="book"><p name="from">a&lt;&lt b[[</p>&lt;]]c</p></call>',
      called(0, 'book', '{"from": "a<&lt b</p>&lt;c"}'),
    ],
    [
      'no call in a thought',
      anywhere,
      '<think><call name="list"></call></think><call name="list"></call>',
      [said('<think><call name="list"></call></think>'), ...called(0, 'list', '{}')],
    ],
    [
      'a call that is JSON',
      anywhere,
      '<calls> {"name": "book", "arguments": {"a": "</calls>"}} </calls>.',
      [...called(0, 'book', '{"a": "</calls>"}'), said('.')],
    ],
    [
      'no JSON of a function that was not offered',
      anywhere,
      '<calls>{"name": "x", "arguments": {}}</calls>.',
      [said('<calls>{"name": "x", "arguments": {}}</calls>.')],
    ],
    [
      'no text behind calls that end it',
      silent,
      'a <call name="list"></call> b <calls>c<call name="list"></call>d</calls>e',
      [said('a '), ...called(0, 'list', '{}'), ...called(1, 'list', '{}')],
    ],
    ['JSON that is no call', anywhere, 'a<calls> {"b": 1}</calls>', [said('a<calls> {"b": 1}</calls>')]],
    [
      'calls without parameters',
      withBodies,
      '<calls><call name="list"><p>1</p></call></calls>',
      called(0, 'list', '"<p>1</p>"'),
    ],
  ])('read %s', (_, format, text, expected) => {
    expect(read(format, text)).toEqual(expected);
  });

  it.each<[AttributeCallFormat, string, ToolEvent[], ToolEvent[]]>([
    [anywhere, 'a <cal', [said('a <cal')], [said('a <cal')]],
    [anywhere, 'a <calls>\n<call', [said('a <calls>\n<call')], [said('a ')]],
    [anywhere, 'a <call name="li', [said('a <call name="li')], [said('a ')]],
    [anywhere, 'a <calls>{"name": "list"', [said('a <calls>{"name": "list"')], [said('a ')]],
    [anywhere, '<call name="list">\n</ca', called(0, 'list', '{}'), called(0, 'list', '{}')],
    [anywhere, '<call name="book"><p name="fr', called(0, 'book', '{}'), called(0, 'book', '{}')],
    [
      anywhere,
      '<call name="book"><p name="from">Ki</',
      called(0, 'book', '{"from": "Ki</'),
      called(0, 'book', '{"from": "Ki'),
    ],
    [withBodies, '<calls><call name="list">a', called(0, 'list', '"a"'), called(0, 'list', '"a"')],
  ])('end at %s as the model ended, or was cut off', (format, text, stopped, cutOff) => {
    expect(read(format, text)).toEqual(stopped);
    expect(read(format, text, { cutOff: true })).toEqual(cutOff);
  });

  it('end with the message they stand in', () => {
    for (const deltas of everySplit('<calls><call name="book"><p name="from">a</', 100)) {
      const parser = new AttributeCallParser(anywhere, tools);
      const events = [...deltas.flatMap((delta) => parser.push(delta)), ...parser.close(), ...parser.push('b</p>')];
      expect(readTools(parser, [], { cutOff: false })).toEqual([]);
      const json = events.map((event) => (event.type === 'tool-call-delta' ? event.delta : '')).join('');
      expect([json, events.at(-1)]).toEqual(['{"from": "a</"}', said('b</p>')]);
    }
  });

  it('go out while they are written', () => {
    const parser = new AttributeCallParser(anywhere, tools);
    const steps = ['<call name="book">', '<p name="from">Ki', 'el</', 'p>', '</call>'].map((delta) =>
      parser.push(delta),
    );
    expect(steps).toEqual([
      [{ type: 'tool-call-start', index: 0, name: 'book' }],
      ['{"from": "', 'Ki'].map((delta) => ({ type: 'tool-call-delta', index: 0, delta })),
      [{ type: 'tool-call-delta', index: 0, delta: 'el' }],
      [{ type: 'tool-call-delta', index: 0, delta: '"' }],
      [{ type: 'tool-call-delta', index: 0, delta: '}' }],
    ]);
  });

  it('are read the same from any text, however it is cut', () => {
    const parts = ['<calls>', '</calls>', '<call name="list">', '</call>', '<p name="a">', '</p>', '[[', ']]', '&lt;'];
    const part = fc.constantFrom(
      ...parts,
      '<think>',
      '</think>',
      '<say>',
      '<next>',
      '{"name": "list"',
      '}',
      '<',
      ' ',
      'a',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 16 }),
        fc.boolean(),
        fc.constantFrom(anywhere, lenient, silent),
        (pieces, cutOff, format) => {
          const once = readTools(new AttributeCallParser(format, tools), [pieces.join('')], { cutOff });
          expect(readTools(new AttributeCallParser(format, tools), pieces, { cutOff })).toEqual(once);
          expect(readTools(new AttributeCallParser(format, tools), [...pieces.join('')], { cutOff })).toEqual(once);
        },
      ),
      { numRuns: 500 },
    );
  });
});
