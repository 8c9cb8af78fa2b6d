import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everySplit } from '@testing/output-parsers';
import { MarkerSplitter } from './marker-splitter.js';

/** Markers in brackets. */
function read(markers: readonly string[], deltas: readonly string[]): string {
  const splitter = new MarkerSplitter(markers);
  let out = '';
  let rest = '';
  for (const [i, delta] of [...deltas, ''].entries()) {
    rest += delta;
    for (let found = true; found;) {
      const split = splitter.split(rest, i === deltas.length);
      found = split.marker !== undefined;
      out += split.before + (found ? `[${split.marker}]` : '');
      rest = split.rest;
    }
  }
  return out + rest;
}

describe('marker splitter', () => {
  it.each([
    [['<a>'], 'x<a>y<a', 'x[<a>]y<a'],
    [['<a>', '</a>'], '<<a></</a>', '<[<a>]</[</a>]'],
    [['<a>', '<a>b'], '<a><a>b<a>', '[<a>][<a>b][<a>]'],
    [['abab'], 'abaabab', 'aba[abab]'],
    [['a.b', '(c|'], 'aXb a.b(c|', 'aXb [a.b][(c|]'],
  ])('finds %j in %j however it is cut', (markers, text, expected) => {
    for (const deltas of everySplit(text)) expect(read(markers, deltas)).toBe(expected);
  });

  it('holds back no more than the beginning of a marker', () => {
    const splitter = new MarkerSplitter(['<think>', '</think>']);
    expect(splitter.split('a <b </thi', false)).toEqual({ before: 'a <b ', marker: undefined, rest: '</thi' });
    expect(splitter.split('a <b </thi', true)).toEqual({ before: 'a <b </thi', marker: undefined, rest: '' });
    expect(splitter.split('a </thin<', false)).toEqual({ before: 'a </thin', marker: undefined, rest: '<' });
  });

  it('finds the same markers for every cut', () => {
    const part = fc.constantFrom('<', 'a', '>', '<a', 'a>', '</', '/a>', 'b');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        expect(read(['<a>', '</a>', '<a>b'], parts)).toBe(read(['<a>', '</a>', '<a>b'], [parts.join('')]));
      }),
    );
  });
});
