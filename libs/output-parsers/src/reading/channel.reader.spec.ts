import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everySplit } from '@testing/output-parsers';
import { ChannelFraming, ChannelReader } from './channel.reader.js';
import type { ChannelPosition } from './channel.reader.js';

const framing = new ChannelFraming({
  start: '<start>',
  bareStarts: ['to='],
  bareHeader: /^\w*$/,
  openers: ['<message>', '<note>'],
  ends: ['<end>', '<stop>'],
});

/** Messages as `{header: text}`, `}` without an end marker as `|}`; text outside of messages as it is. */
function read(
  deltas: readonly string[],
  { cutOff = false, position }: { cutOff?: boolean; position?: ChannelPosition } = {},
): string {
  const reader = new ChannelReader(framing, position);
  let out = '';
  for (const event of [...deltas.flatMap((delta) => reader.push(delta)), ...reader.finish({ cutOff })]) {
    if (event.type === 'text') out += event.text;
    else if (event.type === 'message-start') out += `${event.opener === '<note>' ? 'note' : ''}{${event.header}: `;
    else out += event.written === '' ? '|}' : '}';
  }
  return out;
}

describe('channel reader', () => {
  it.each([
    ['messages', ' to=a<message>One.<end>\n<start>me to=b<message>Two.<stop>', '{to=a: One.}{me to=b: Two.}'],
    ['messages with different openers', '<note>One.<end><start>a<note>Two.', 'note{: One.}note{a: Two.'],
    ['a message for nobody', '<message>One.<end>', '{: One.}'],
    ['a message that has no end', '<start>a<message>One.<start>b<message>Two', '{a: One.|}{b: Two'],
    ['a bare header behind an unfinished message', '<message>One. to=b<message>Two', '{: One. |}{to=b: Two'],
    ['text without messages', ' What to=do to= "it"? ', ' What to=do to= "it"? '],
    ['text between messages', '<message>a<end> b <message>c<end>d<end>', '{: a} b {: c}d'],
    ['a start that begins no header', '<message>a<start>b<end>c<start>', '{: a<start>b}c<start>'],
    ['a header that is too long', `<start>${'x'.repeat(257)}<message>a`, `<start>${'x'.repeat(257)}{: a`],
  ])('reads %s however it is cut', (_, text, expected) => {
    for (const deltas of everySplit(text, 200)) expect(read(deltas)).toBe(expected);
  });

  it('begins within a message when the prompt did', () => {
    expect(read(['One.<end>'], { position: 'message' })).toBe('One.}');
  });

  it.each([
    ['a header', 'me<message>One.<end>', '{me: One.}'],
    ['no header', 'me too', 'me too'],
    ['a word alone', 'me', 'me'],
  ])('begins within a header when the prompt did: %s', (_, text, expected) => {
    for (const deltas of everySplit(text)) {
      expect(read(deltas, { position: 'header' })).toBe(expected);
      expect(read(deltas, { position: 'header', cutOff: true })).toBe(expected);
    }
  });

  it('drops the header of an answer that was cut off', () => {
    for (const deltas of everySplit('<message>a<end><start>me to=b<mes')) {
      expect(read(deltas, { cutOff: true })).toBe('{: a}');
      expect(read(deltas)).toBe('{: a}<start>me to=b<mes');
    }
  });

  it('drops the bare header of an answer that was cut off where one is due, not in the middle of text', () => {
    for (const deltas of everySplit(' to=b')) expect(read(deltas, { cutOff: true })).toBe('');
    for (const deltas of everySplit('<message>a to=b')) expect(read(deltas, { cutOff: true })).toBe('{: a to=b');
  });

  it('holds back no more than what may be a header', () => {
    const reader = new ChannelReader(framing);
    const steps = ['a t', 'o', '= b', '<message>c<', 'd'].map((delta) => reader.push(delta));
    expect(steps).toEqual([
      [{ type: 'text', text: 'a ' }],
      [],
      [
        { type: 'text', text: 'to=' },
        { type: 'text', text: ' b' },
      ],
      [
        { type: 'message-start', header: '', opener: '<message>', written: '<message>' },
        { type: 'text', text: 'c' },
      ],
      [{ type: 'text', text: '<d' }],
    ]);
  });

  it('reads any text the same however it is cut', () => {
    const part = fc.constantFrom('<start>', '<message>', '<end>', '<stop>', 'to=', 'a', ' ', '<', 'start>', 't', 'o=');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), fc.boolean(), (parts, cutOff) => {
        expect(read(parts, { cutOff })).toBe(read([parts.join('')], { cutOff }));
        expect(read([...parts.join('')], { cutOff })).toBe(read([parts.join('')], { cutOff }));
      }),
    );
  });
});
