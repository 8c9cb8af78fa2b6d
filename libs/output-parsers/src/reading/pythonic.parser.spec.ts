import { describe, expect, it } from 'vitest';
import { everySplit, readTools } from '@testing/output-parsers';
import type { Ending, ToolEvent } from '../tool/tool-parser.js';
import { PythonicParser } from './pythonic.parser.js';
import type { PythonicFormat } from './pythonic.parser.js';

const bare: PythonicFormat = { layout: 'list', bare: true, echoes: false, repairs: false };
const lines: PythonicFormat = {
  layout: 'sequence',
  block: { open: '<calls>', close: '</calls>', otherwise: 'text' },
  bare: true,
  echoes: false,
  repairs: false,
};
const framed: PythonicFormat = { ...bare, block: { open: '<py>', close: '</py>', otherwise: 'dropped' } };
const echoing: PythonicFormat = {
  layout: 'list',
  block: { open: '<c>', close: '</c>', otherwise: 'text' },
  bare: false,
  echoes: true,
  repairs: true,
};

const f = '{"a": 1}';

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
function read(format: PythonicFormat, text: string, ending: Ending): ToolEvent[] {
  const events = readTools(new PythonicParser(format), [text], ending);
  for (const deltas of everySplit(text, 100)) {
    expect(readTools(new PythonicParser(format), deltas, ending)).toEqual(events);
  }
  return events;
}

describe('Python calls in answers', () => {
  it.each<[string, PythonicFormat, string, ToolEvent[]]>([
    ['the whole answer', bare, '[f(a=1), g()]', [...called(0, 'f', f), ...called(1, 'g', '{}')]],
    ['no part of it', bare, 'So: [f(a=1)]', [said('So: [f(a=1)]')]],
    ['no beginning of it', bare, '[f(a=1)] calls f.', [said('[f(a=1)] calls f.')]],
    ['no list of other things', bare, '[f(x) for x in y]', [said('[f(x) for x in y]')]],
    ['nothing', bare, '', []],
    ['lines', lines, 'f(a=1)\ng()\n', [...called(0, 'f', f), ...called(1, 'g', '{}')]],
    [
      'lines in a block',
      lines,
      'So:\n<calls>\nf(a=1)\n</calls>\nDone',
      [said('So:'), ...called(0, 'f', f), said('\n\nDone')],
    ],
    ['no block of prose', lines, 'The <calls> and </calls> tags', [said('The <calls> and </calls> tags')]],
    ['no block of no calls', lines, '<calls></calls>', [said('<calls></calls>')]],
    [
      'the block behind one that is none',
      lines,
      '<calls>f(<calls>f(a=1)</calls>',
      [said('<calls>f('), ...called(0, 'f', f)],
    ],
    ['a framed answer', framed, '<py>[f(a=1)]</py>', called(0, 'f', f)],
    ['no framed program', framed, '<py>print("x")</py>', [said('print("x")')]],
    ['what is written twice, once', echoing, '<c>[f(a=1)]</c>[f(a=1)]</c>Done', [...called(0, 'f', f), said('Done')]],
    [
      'a list behind calls, as text',
      echoing,
      '<c>[f(a=1)]</c>\n[f(a=1)] is done',
      [...called(0, 'f', f), said('[f(a=1)] is done')],
    ],
    [
      'two blocks',
      echoing,
      '<c>[f(a=1)]</c> and <c>[f(a=1)]</c>',
      [...called(0, 'f', f), said('and'), ...called(1, 'f', f)],
    ],
    ['a broken string', echoing, '<c>[f(a="x\ny")]</c>', called(0, 'f', '{"a": "x\\ny"}')],
  ])('are %s', (_, format, text, expected) => {
    expect(read(format, text, { cutOff: false })).toEqual(expected);
  });

  it.each<[PythonicFormat, string, ToolEvent[], ToolEvent[]]>([
    [bare, 'Hello', [said('Hello')], [said('Hello')]],
    [bare, '[note', [said('[note')], [said('[note')]],
    [bare, '[f(a=1), g(b', [said('[f(a=1), g(b')], called(0, 'f', f)],
    [bare, '[f(a="x', [said('[f(a="x')], []],
    [lines, 'So <calls>f(a=1)', [said('So'), ...called(0, 'f', f)], [said('So'), ...called(0, 'f', f)]],
    [lines, 'So <calls>f(a', [said('So <calls>f(a')], [said('So')]],
    [lines, 'a <cal', [said('a <cal')], [said('a <cal')]],
    [echoing, '<c>[f(a=1)]</c>[f(a', [...called(0, 'f', f), said('[f(a')], [...called(0, 'f', f), said('[f(a')]],
  ])('in %j end at %j as the model ended, or was cut off', (format, text, stopped, cutOff) => {
    expect(read(format, text, { cutOff: false })).toEqual(stopped);
    expect(read(format, text, { cutOff: true })).toEqual(cutOff);
  });

  it('let prose go as soon as it can be told from calls', () => {
    const parser = new PythonicParser(bare);
    expect(parser.push('[note')).toEqual([]);
    expect(parser.push('] this')).toEqual([said('[note] this')]);
  });
});
