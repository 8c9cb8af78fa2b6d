import { InvalidRequestError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { RandomWriter } from '../testing/random-writer.js';
import { toGrammar } from '../to-grammar.js';

const writer = await RandomWriter.create();

describe('regular expressions', () => {
  it.each([
    'abc',
    '^abc$',
    '(?:^a|b)c$',
    'a|b|',
    '[a-c]{2,4}',
    '[^a-z"]{3}',
    'x{2}y{0,1}z{1,}',
    '(ab)+?c??',
    '(?<year>\\d{4})-(?P<month>\\d\\d)',
    '\\w\\W\\s\\S\\d\\D',
    '.{3}',
    '\\u00e9\\x41\\n\\.\\[',
    '[\\]\\-a]',
    '[é漢]{2}',
    '\\u{1F600}',
    '(?:a(?:b(?:c)?)?)?d',
  ])('writes only what matches %s', async (pattern) => {
    const outputs = await writer.write(toGrammar({ type: 'regex', pattern }), 20);
    const whole = new RegExp(`^(?:${pattern.replace('(?P<', '(?<')})$`, 'us');
    for (const output of outputs) expect(output).toMatch(whole);
  });

  it.each([
    ['(a', 'missing ")"'],
    ['a)', 'unbalanced ")"'],
    ['[a', 'missing "]"'],
    ['*a', 'nothing to repeat'],
    ['a**', 'two quantifiers in a row'],
    ['a{3,1}', 'out of order'],
    ['[z-a]', 'out of order'],
    ['a\\', 'it ends too early'],
    ['(?=a)b', 'look-around'],
    ['(?<!a)b', 'look-around'],
    ['(a)\\1', 'back-reference'],
    ['\\bword\\b', 'word boundary'],
    ['a^b', 'anchor inside'],
    ['a$b', 'anchor inside'],
    ['\\p{L}', 'Unicode property class'],
    ['a{1,100000}', 'counted repeats'],
    ['(?:(?:a{1,1000}){1,1000}){1,1000}', 'too large'],
    ['[一-龥]', 'beyond ASCII'],
    ['('.repeat(5000), 'nested deeper'],
    ['a'.repeat(40_000), 'more than 32768 characters'],
  ])('refuses %.30s', (pattern, reason) => {
    const parse = (): unknown => toGrammar({ type: 'regex', pattern });
    expect(parse).toThrow(InvalidRequestError);
    expect(parse).toThrow(reason);
  });
});
