import { describe, expect, it } from 'vitest';
import { everySplit } from '@testing/output-parsers';
import { TrimmedArguments } from './trimmed-arguments.js';
import { textByType } from './value-typings.js';

const tools = [{ name: 'f', parameters: { properties: { text: { type: 'string' }, any: {} } } }];

describe('trimmed arguments', () => {
  it.each([
    ['text', ' \n a  b \n', '"a  b"'],
    ['text', '', '""'],
    ['text', ' Null ', 'null'],
    ['text', ' null x', '"null x"'],
    ['text', 'nul', '"nul"'],
    ['any', ' [1,2] ', '[1, 2]'],
    ['any', 'null', 'null'],
  ])('read %s: %j as %s however it is cut', (name, value, json) => {
    for (const pieces of everySplit(value)) {
      const writer = new TrimmedArguments('f', tools, { typing: textByType, nullWord: 'null' });
      const written =
        writer.beginParameter(new Map([['name', name]])) + pieces.map((piece) => writer.write(piece)).join('');
      expect(written + writer.endParameter() + writer.end()).toBe(`{"${name}": ${json}}`);
    }
  });

  it('hold back no more than white space and what may be the null word', () => {
    const writer = new TrimmedArguments('f', tools, { typing: textByType, nullWord: 'null' });
    writer.beginParameter(new Map([['name', 'text']]));
    expect(['n', 'ul', 'ls ', 'b'].map((piece) => writer.write(piece))).toEqual(['', '', '{"text": "nulls', ' b']);
  });
});
