import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMatches } from './find-matches.js';
import { PatternProgram } from './pattern.program.js';
import { PatternScanner } from './pattern.scanner.js';
import { literalPattern, parsePattern } from './pattern.syntax.js';

function matchesOf(pattern: string, text: string): readonly unknown[] {
  const program = new PatternProgram([parsePattern(pattern)]);
  return [...findMatches(program, text)].map(({ start, end, groups }) => [
    text.slice(start, end),
    Object.fromEntries(Object.entries(groups).map(([name, [from, to]]) => [name, text.slice(from, to)])),
  ]);
}

/** The same with the language's own patterns, which know the same words. */
function nativeMatchesOf(pattern: string, text: string): readonly unknown[] {
  const native = new RegExp(pattern.replaceAll('?P<', '?<'), 'gs');
  return [...text.matchAll(native)].map(({ 0: all, groups = {} }) => [
    all,
    Object.fromEntries(Object.entries(groups).filter(([, group]) => group !== undefined)),
  ]);
}

const patterns = [
  '<\\|arg (?P<key>[\\w.-]+)\\|>(?P<value>.*?)<\\|/arg\\|>',
  'a(?P<x>b|bc)?c',
  '(?P<x>a{2,3})(?P<y>a*?b)',
  '(?:ab|a)(?P<tail>b*)',
  '[^<>a-]+>?',
  '(?P<x>(?:a|b)+)c',
  '\\s+(?P<word>\\w{1,2})\\.',
];

describe('linear patterns', () => {
  it.each(patterns)('%s matches what it matches elsewhere', (pattern) => {
    const piece = fc.constantFrom('a', 'b', 'c', '<|arg ', '|>', '<|/arg|>', ' ', '.', '<', '>', '-', 'k');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        expect(matchesOf(pattern, text)).toEqual(nativeMatchesOf(pattern, text));
      }),
    );
  });

  it('is certain of a match as soon as nothing can change it', () => {
    const program = new PatternProgram([literalPattern('<ab>'), parsePattern('<(?P<x>a)')]);
    const scanner = new PatternScanner(program, 10);
    expect(scanner.read('..<a', 0)).toBeUndefined();
    expect(scanner.certain).toBe(12);
    expect(scanner.read('b>', 0)).toEqual({ option: 0, start: 12, end: 16, groups: {} });
  });

  it('takes the pattern that is left when another one fails', () => {
    const program = new PatternProgram([literalPattern('<ab>'), parsePattern('<(?P<x>a)')]);
    expect(new PatternScanner(program, 0).read('<abc', 0)).toEqual({
      option: 1,
      start: 0,
      end: 2,
      groups: { x: [1, 2] },
    });
  });

  it.each(['^a', 'a$', 'a\\b', '(?=a)', '(a', 'a)', '[a', 'a**', '*', '\\1', '(?P<1>a)', 'a*', '(?:a{500}){500}', '{'])(
    'refuses %s',
    (pattern) => {
      expect(() => new PatternProgram([parsePattern(pattern)])).toThrow(SyntaxError);
    },
  );

  it.each(['(?:a|a)*b', '(?:a*)*b', '(?:a+)+(?:a+)+b', 'x(?:[xa]*b)?'])(
    'reads hostile text in one pass: %s',
    (pattern) => {
      const text = 'xa'.repeat(100_000);
      const before = process.cpuUsage();
      expect([...findMatches(new PatternProgram([parsePattern(pattern)]), 'a'.repeat(200_000))]).toEqual([]);
      for (const match of findMatches(new PatternProgram([parsePattern(pattern)]), text))
        expect(match.end).toBeGreaterThan(0);
      expect(process.cpuUsage(before).user).toBeLessThan(20_000_000);
    },
  );
});
