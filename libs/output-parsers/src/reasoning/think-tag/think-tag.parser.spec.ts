import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadFixture, mergeReasoningEvents, modelOf } from '@testing/output-parsers';
import { thinkTag } from './think-tag.parser.js';

function read(pieces: readonly string[]): unknown {
  const parser = thinkTag.create({
    start: 'undecided',
    templateKwargs: {},
    model: modelOf(loadFixture('reasoning', 'qwen3')),
    framed: false,
  });
  return mergeReasoningEvents([...pieces.flatMap((piece) => parser.push(piece)), ...parser.finish()]);
}

const thought = (text: string) => ({ type: 'reasoning-delta', text });
const content = (text: string) => ({ type: 'content-delta', text });

describe('think_tag', () => {
  it.each([
    [
      'a thought and an answer',
      '<think>\nI add.\n\nIt is 4.\n</think>\n\n2 + 2 = 4\n',
      [thought('I add.\n\nIt is 4.'), content('2 + 2 = 4\n')],
    ],
    ['an answer alone, white space and all', '\n Hello <think>x</think>', [content('\n Hello <think>x</think>')]],
    ['a thought that was cut off', '<think>\nI ad', [thought('I ad')]],
    ['a thought of white space', '<think>\n\n</think>\n\nHi', [content('Hi')]],
    ['nothing', '', []],
  ])('reads %s however it is cut', (_, text, expected) => {
    expect(read([text])).toEqual(expected);
    expect(read([...text])).toEqual(expected);
    for (let at = 1; at < text.length; at++) expect(read([text.slice(0, at), text.slice(at)])).toEqual(expected);
  });

  it('gives the same for every cut of any text', () => {
    const piece = fc.constantFrom('<think>', '</think>', '\n', ' ', 'a', '<', 'think>');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(read(pieces)).toEqual(read([pieces.join('')]));
      }),
    );
  });
});
