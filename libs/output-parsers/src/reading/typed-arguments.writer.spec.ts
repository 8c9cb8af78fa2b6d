import { describe, expect, it } from 'vitest';
import { TypedArgumentsWriter } from './typed-arguments.writer.js';

const tools = [
  { name: 'book', parameters: { properties: { from: { type: 'string' }, seats: { type: 'integer' }, note: {} } } },
];

function textsOf(writer: TypedArgumentsWriter, parameter: string, pieces: readonly string[]): string[] {
  return [writer.beginValue(parameter), ...pieces.map((piece) => writer.write(piece)), writer.endValue()];
}

describe('typed arguments', () => {
  it('stream text, and hold back what has to be typed', () => {
    const writer = new TypedArgumentsWriter('book', tools);
    expect([
      ...textsOf(writer, 'from', ['Ki', 'el "N\n']),
      ...textsOf(writer, 'seats', ['1', '2']),
      ...textsOf(writer, 'other', ['5']),
      writer.member('via', '[]'),
      writer.end(),
    ]).toEqual([
      ...['{"from": "', 'Ki', 'el \\"N\\n', '"'],
      ...[', "seats": ', '', '', '12'],
      ...[', "other": "', '5', '"'],
      ', "via": []',
      '}',
    ]);
  });

  it('are an empty object when there are none', () => {
    expect(new TypedArgumentsWriter('book', tools).end()).toBe('{}');
  });

  it('are text for a function that was not offered', () => {
    expect(textsOf(new TypedArgumentsWriter('other', tools), 'seats', ['12']).join('')).toBe('{"seats": "12"');
  });

  it('may be typed in another way', () => {
    const writer = new TypedArgumentsWriter('book', tools, { isText: () => false, toJson: (text) => `[${text}]` });
    expect(textsOf(writer, 'from', ['1', ', 2']).join('') + writer.end()).toBe('{"from": [1, 2]}');
  });
});
