import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StopStrings } from './stop-strings.js';

interface Run {
  /** What each push let out, then the end if no stop string was found. */
  readonly deltas: readonly string[];
  readonly matched: string | undefined;
}

function run(texts: readonly string[], stop: readonly string[], includeInOutput = false, minTokens = 0): Run {
  const stops = new StopStrings({ stop, includeInOutput });
  const deltas: string[] = [];
  for (const [i, text] of texts.entries()) {
    deltas.push(stops.push(text, i >= minTokens));
    if (stops.matched !== undefined) {
      return { deltas, matched: stops.matched };
    }
  }
  return { deltas: [...deltas, stops.finish()], matched: undefined };
}

describe('StopStrings', () => {
  it.each([
    ['none', [' one', ' two'], [], { deltas: [' one', ' two', ''], matched: undefined }],
    ['one of one character holds nothing back', ['ab', 'c\nd'], ['\n'], { deltas: ['ab', 'c'], matched: '\n' }],
    ['within a token', [' one', ' two', ' three'], [' three'], { deltas: ['', ' on', 'e two'], matched: ' three' }],
    ['across tokens', [' one', ' two', ' three'], ['o thr'], { deltas: ['', ' one', ' tw'], matched: 'o thr' }],
    ['never', [' one', ' two', ' three'], ['XXXXXXXX'], { deltas: ['', ' ', 'one tw', 'o three'], matched: undefined }],
    ['the first to complete wins', ['a two'], ['two', 'tw'], { deltas: ['a '], matched: 'tw' }],
    ['it need not begin first', ['xabcdef'], ['abcdef', 'cd'], { deltas: ['xab'], matched: 'cd' }],
    ['ties go to the first in the list', ['xyz'], ['yz', 'z'], { deltas: ['x'], matched: 'yz' }],
    ['ties go to the first in the list, the other way', ['xyz'], ['z', 'yz'], { deltas: ['xy'], matched: 'z' }],
    ['lengths are code points', ['🎉🎉', '🎉x'], ['🎉y'], { deltas: ['🎉', '🎉🎉', 'x'], matched: undefined }],
    ['half a character is none', ['🎉', 'x'], ['\ud83c'], { deltas: ['🎉', 'x', ''], matched: undefined }],
    ['an overlap with itself', ['aa', 'ab'], ['aab'], { deltas: ['', 'a'], matched: 'aab' }],
  ])('%s', (_, texts, stop, expected) => {
    expect(run(texts, stop)).toEqual(expected);
  });

  it.each([
    ['inside a token', [' one', ' two', ' three'], ['hre'], { deltas: [' one', ' two', ' thre'], matched: 'hre' }],
    ['across tokens', [' one', ' two'], ['e tw'], { deltas: [' one', ' tw'], matched: 'e tw' }],
    ['never', [' one', ' two'], ['zzz'], { deltas: [' one', ' two', ''], matched: undefined }],
  ])('kept in the output: %s', (_, texts, stop, expected) => {
    expect(run(texts, stop, true)).toEqual(expected);
  });

  it.each([
    [
      'not found in the first tokens',
      [' one', ' two', ' one'],
      [' one'],
      { deltas: [' ', 'one ', 'two'], matched: ' one' },
    ],
    ['may begin there', [' one', ' two', ' x'], ['o x'], { deltas: [' o', 'ne t', 'w'], matched: 'o x' }],
  ])('min_tokens 2: %s', (_, texts, stop, expected) => {
    expect(run(texts, stop, false, 2)).toEqual(expected);
  });

  it('cuts where a search in the whole text would, however the text is split', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '🎉'), maxLength: 30 });
    const stop = fc.string({ unit: fc.constantFrom('a', 'b', '🎉'), minLength: 1, maxLength: 4 });
    const input = fc.record({ texts: fc.array(text, { maxLength: 8 }), stops: fc.array(stop, { maxLength: 3 }) });
    fc.assert(
      fc.property(input, fc.boolean(), ({ texts, stops }, include) => {
        const whole = texts.join('');
        const ends = stops.flatMap((s) => (whole.includes(s) ? [{ s, end: whole.indexOf(s) + s.length }] : []));
        const first = ends.sort((a, b) => a.end - b.end)[0];
        const expected = first ? whole.slice(0, include ? first.end : first.end - first.s.length) : whole;
        const { deltas, matched } = run(texts, stops, include);
        expect([deltas.join(''), matched]).toEqual([expected, first?.s]);
        expect(deltas.filter((delta) => /\p{Surrogate}/u.test(delta))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('never lets out a part of a stop string', () => {
    const texts = [...'a stopper stops st', 'op'];
    const { deltas, matched } = run(texts, ['stop!', 'st\u{1F389}']);
    expect([deltas.join(''), matched]).toEqual(['a stopper stops stop', undefined]);
    expect(deltas.slice(0, -1).join('')).toBe('a stopper stops ');
  });
});
