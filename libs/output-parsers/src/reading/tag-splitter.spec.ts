import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everySplit } from '@testing/output-parsers';
import { TagSplitter } from './tag-splitter.js';

/** Tags, as declared and as written, in brackets. */
function read(tags: readonly string[], deltas: readonly string[]): string {
  const splitter = new TagSplitter(tags);
  let out = '';
  let rest = '';
  for (const [i, delta] of [...deltas, ''].entries()) {
    rest += delta;
    for (let found = true; found;) {
      const split = splitter.split(rest, i === deltas.length);
      found = split.tag !== undefined;
      out += split.before + (found ? `[${split.tag}: ${split.written}]` : '');
      rest = split.rest;
    }
  }
  return out + rest;
}

describe('tag splitter', () => {
  it.each([
    [['<a>'], 'x<a>y<a', 'x[<a>: <a>]y<a'],
    [['<a b ='], '<a b=<a\n b =<ab= <a.b=', '[<a b =: <a b=][<a b =: <a\n b =][<a b =: <ab=] <a.b='],
    [['<a> b'], `<a>${' '.repeat(16)}b<a>${' '.repeat(17)}b`, `[<a> b: <a>${' '.repeat(16)}b]<a>${' '.repeat(17)}b`],
    [['<a', '<a b'], '<a b<ac<a', '[<a b: <a b][<a: <a]c[<a: <a]'],
    [['(c|', '.*'], '.x.*(c|', '.x[.*: .*][(c|: (c|]'],
    [[], 'a<b', 'a<b'],
  ])('finds %j in %j however it is cut', (tags, text, expected) => {
    for (const deltas of everySplit(text)) expect(read(tags, deltas)).toBe(expected);
  });

  it('holds back no more than the beginning of a tag', () => {
    const splitter = new TagSplitter(['<|open|> call']);
    const held = (before: string, rest: string) => ({ before, tag: undefined, written: '', rest });
    expect(splitter.split('a <|o b <|open|> ca', false)).toEqual(held('a <|o b ', '<|open|> ca'));
    expect(splitter.split('a <|open|> ca', true)).toEqual(held('a <|open|> ca', ''));
    expect(splitter.split('a <|open|> c b', false)).toEqual(held('a <|open|> c b', ''));
  });

  it('finds the same tags for every cut', () => {
    const part = fc.constantFrom('<', 'a', '>', '<a', ' ', '  ', 'a>', '</', '/a>', 'b');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const tags = ['<a>', '</ a>', '<a> b', '< b'];
        expect(read(tags, parts)).toBe(read(tags, [parts.join('')]));
      }),
    );
  });
});
