import { describe, expect, it } from 'vitest';
import { pythonRepr, pythonText } from './python-repr.js';

describe('pythonRepr', () => {
  it.each<[unknown, string]>([
    [null, 'None'],
    [undefined, 'None'],
    [true, 'True'],
    [1, '1'],
    [1.5, '1.5'],
    [-0, '-0.0'],
    [NaN, 'nan'],
    [-Infinity, '-inf'],
    [1e16, '1e+16'],
    [1.5e-7, '1.5e-07'],
    [0.0001, '0.0001'],
    [2n ** 64n, '18446744073709551616'],
    ['a', "'a'"],
    ["it's", '"it\'s"'],
    [`it's "x"`, `'it\\'s "x"'`],
    ['a\nb\t\\', "'a\\nb\\t\\\\'"],
    ['\u0000\u00e9\u200b\ud800', "'\\x00é\\u200b\\ud800'"],
    ['😀', "'😀'"],
    [{ a: [1, 'b'], c: { d: null } }, "{'a': [1, 'b'], 'c': {'d': None}}"],
  ])('prints %o as %s', (value, expected) => {
    expect(pythonRepr(value)).toBe(expected);
  });

  it('leaves a bare string bare', () => {
    expect([pythonText('a'), pythonText(['a'])]).toEqual(['a', "['a']"]);
  });
});
