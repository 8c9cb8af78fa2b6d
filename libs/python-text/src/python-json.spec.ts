import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonJson } from './python-json.js';

describe('pythonJson', () => {
  it.each<[value: unknown, text: string]>([
    [null, 'null'],
    [true, 'true'],
    [[], '[]'],
    [{}, '{}'],
    [[1, -2.5, 1e-5, 1e22], '[1, -2.5, 1e-05, 1e+22]'],
    [12345678901234567890n, '12345678901234567890'],
    [{ b: [1, { a: null }], left: undefined }, '{"b": [1, {"a": null}]}'],
    ['é🚢\u007f\n"\\/', '"\\u00e9\\ud83d\\udea2\\u007f\\n\\"\\\\/"'],
  ])('writes it as Python does: $1', (value, expected) => {
    expect(pythonJson(value)).toBe(expected);
  });

  it('is JSON in ASCII that says the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = pythonJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(text).toMatch(/^[ -~]*$/);
      }),
      { numRuns: 100 },
    );
  });
});
