import { describe, expect, it } from 'vitest';
import { everySplit, readReasoning } from '@testing/output-parsers';
import { ChannelFraming, ChannelReader } from '../reading/channel.reader.js';
import type { MessageRole } from '../reading/message-role.js';
import { CitationMarks } from '../tool/cohere-command/citation-marks.js';
import { ChannelReasoningParser } from './channel-reasoning.parser.js';
import type { ChannelReasoning } from './channel-reasoning.parser.js';
import type { ReasoningEvent } from './reasoning-parser.js';

const framing = new ChannelFraming({
  start: '<start>',
  bareStarts: [],
  bareHeader: /^$/,
  openers: ['<say>', '<think>', '<call>', '<note>'],
  ends: ['<end>'],
});
const roles: Readonly<Record<string, MessageRole>> = { '<think>': 'thought', '<call>': 'call', '<note>': 'dropped' };

function create(changes: Partial<ChannelReasoning>): ChannelReasoningParser {
  const role = changes.role ?? 'content';
  return new ChannelReasoningParser(new ChannelReader(framing, role === 'content' ? 'outside' : 'message'), {
    role,
    toRole: ({ opener }) => roles[opener] ?? 'content',
    framed: false,
    unreadCalls: 'dropped',
    filter: new CitationMarks(),
    ...changes,
  });
}

const thought = (text: string): ReasoningEvent => ({ type: 'reasoning-delta', text });
const content = (text: string): ReasoningEvent => ({ type: 'content-delta', text });

describe('reasoning parser of messages', () => {
  const answer = '<think>h<co>m</co: 0><end><start>me<call>f(1)<end><note>x<end><say>S<co>o.</co: 0:[1]><end>';

  it.each<readonly [string, Partial<ChannelReasoning>, readonly ReasoningEvent[]]>([
    ['alone', {}, [thought('hm'), content('So.')]],
    [
      'that leaves calls as they are',
      { unreadCalls: 'written' },
      [thought('hm'), content('<start>me<call>f(1)<end>So.')],
    ],
    [
      'that leaves calls without headers',
      { unreadCalls: 'without-header' },
      [thought('hm'), content('<call>f(1)<end>So.')],
    ],
    [
      'in front of a tool parser',
      { framed: true },
      [thought('hm'), content('<start>me<call>f(1)<end><note>x<end><say>S<co>o.</co: 0:[1]><end>')],
    ],
  ])('reads an answer %s however it is cut', (_, changes, expected) => {
    for (const deltas of everySplit(answer, 500)) expect(readReasoning(create(changes), deltas)).toEqual(expected);
  });

  it('knows whether the model thinks', () => {
    const parser = create({ role: 'thought' });
    const steps = ['a<e', 'nd>', '<think>', 'b'].map((delta) => [parser.push(delta), parser.reasoning]);
    expect(steps).toEqual([
      [[thought('a')], true],
      [[], false],
      [[], true],
      [[thought('b')], true],
    ]);
  });
});
