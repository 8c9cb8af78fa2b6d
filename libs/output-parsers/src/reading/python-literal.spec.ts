import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJsonFromPython } from './python-literal.js';

describe('Python literals', () => {
  it.each([
    ['[\'a\', "b"]', '["a", "b"]'],
    ['("C", "D")', '["C", "D"]'],
    ['(1,)', '[1]'],
    ['(1)', '1'],
    ['()', '[]'],
    ['{1, 2,}', '[1, 2]'],
    ['{}', '{}'],
    ["{'a': {'b': None}, 1: True, None: -2}", '{"a": {"b": null}, "1": true, "null": -2}'],
    ['[true, false, null, True, False, None]', '[true, false, null, true, false, null]'],
    ['[0, 00, 1_000, -3, +4, 0x1F, 0o17, 0b11]', '[0, 0, 1000, -3, 4, 31, 15, 3]'],
    ['[1.50, 2.0, .5, 3., 1e5, -4.5]', '[1.50, 2.0, 0.5, 3, 1e5, -4.5]'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['\'it is "ok"\'', '"it is \\"ok\\""'],
    [String.raw`"\n\t\\ \' \" \x41\u00e9\U0001F600\101 \d"`, String.raw`"\n\t\\ ' \" Aé😀A \\d"`],
    [String.raw`r"\d\"x"`, String.raw`"\\d\\\"x"`],
    ["f'plain'", '"plain"'],
    ['"""a\n"b" c"""', '"a\\n\\"b\\" c"'],
    ["'a' \"b\"\n'c'", '"abc"'],
    ['"a\\\nb"', '"ab"'],
    [' 1 ', '1'],
  ])('%s becomes %s', (text, expected) => {
    expect(toJsonFromPython(text)).toBe(expected);
  });

  it.each(
    [
      [
        'f(x)',
        "'a",
        '"1',
        "'a\nb'",
        '"""a',
        '02',
        '1e999',
        '9'.repeat(5000),
        `0x${'f'.repeat(5000)}`,
        'x',
        '1 2',
        '1+2j',
        '1p',
      ],
      [
        "f'{x}'",
        '[1',
        '[1 2]',
        '[,]',
        "{'a': 1, 2}",
        '{[1]: 2}',
        '{"a": }',
        '',
        '-',
        '-"a"',
        '...',
        '[1]]',
        '('.repeat(300),
      ],
    ].flat(),
  )('none is %s', (text) => {
    expect(toJsonFromPython(text)).toBeUndefined();
  });

  it('keep what JSON and Python write the same', () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (json) => {
        expect(JSON.parse(toJsonFromPython(json) ?? '')).toEqual(JSON.parse(json));
      }),
    );
  });
});
