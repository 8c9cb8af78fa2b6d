import { describe, expect, it } from 'vitest';
import { everySplit, readTools } from '@testing/output-parsers';
import type { ToolEvent } from '../tool/tool-parser.js';
import { ChannelCallParser } from './channel-call.parser.js';
import { ChannelFraming, ChannelReader } from './channel.reader.js';
import { CallObjectReader, NAME_AND_ARGUMENTS } from './json/call-object.reader.js';
import { JsonCallMessage } from './json/json-call.message.js';
import type { MessageRole } from './message-role.js';
import { UNFILTERED } from './text-filter.js';

const framing = new ChannelFraming({
  start: undefined,
  bareStarts: [],
  bareHeader: /^$/,
  openers: ['<say>', '<think>', '<call>', '<note>'],
  ends: ['<end>'],
});
const roles: Readonly<Record<string, MessageRole>> = { '<think>': 'thought', '<call>': 'call', '<note>': 'dropped' };

function read(
  deltas: readonly string[],
  { cutOff = false, thoughts = 'told' }: { cutOff?: boolean; thoughts?: 'told' | 'dropped' } = {},
): ToolEvent[] {
  const parser = new ChannelCallParser(new ChannelReader(framing), {
    toRole: ({ opener }) => roles[opener] ?? 'content',
    beginCall: ({ written }, writer) =>
      new JsonCallMessage(written, new CallObjectReader(NAME_AND_ARGUMENTS, writer), writer),
    thoughts,
    filter: UNFILTERED,
  });
  return readTools(parser, deltas, { cutOff });
}

const text = (value: string): ToolEvent => ({ type: 'text-delta', text: value });
const f = '<call>{"name": "f", "arguments": {"a": 1}}<end>';
const calledF: ToolEvent[] = [
  { type: 'tool-call-start', index: 0, name: 'f' },
  { type: 'tool-call-delta', index: 0, delta: '{"a": 1}' },
];

describe('parser of calls in messages', () => {
  it.each([
    ['text without messages', 'a <b>', [text('a <b>')]],
    [
      'messages of every role',
      `<think>hm<end><say>Ok. <end><note>x<end>${f}`,
      [{ type: 'reasoning-delta', text: 'hm' }, text('Ok. '), ...calledF],
    ],
    ['text behind a call', `${f}<say>So.<end>`, [...calledF, text('So.')]],
    ['text behind the JSON of a call', '<call>{"name": "f", "arguments": {"a": 1}} so<end>', [...calledF, text(' so')]],
    ['a message that is no call', '<say>The <call> marker<end>!', [text('The <call> marker!')]],
    ['a call that ends before its name', '<call>{"na<end>', [text('<call>{"na')]],
    ['a call that the text ends', '<call>{"name": "f", "arguments": {"a": 1}', calledF],
  ])('reads %s however it is cut', (_, output, expected) => {
    for (const deltas of everySplit(output, 500)) expect(read(deltas)).toEqual(expected);
  });

  it('drops thoughts where the family does', () => {
    expect(read(['<think>hm<end>a'], { thoughts: 'dropped' })).toEqual([text('a')]);
  });

  it('drops the beginning of a call that was cut off', () => {
    for (const deltas of everySplit('a<call>{"name": "f"')) expect(read(deltas, { cutOff: true })).toEqual([text('a')]);
  });
});
