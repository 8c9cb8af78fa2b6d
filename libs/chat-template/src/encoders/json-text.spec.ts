import { InvalidRequestError } from '@app/errors';
import { PythonFloat } from '@app/jinja';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonJson, serdeJson } from './json-text.js';

describe('JSON', () => {
  it.each<[unknown, string, string]>([
    [
      { a: [1, 'ü\n"\u0001'], b: {}, c: [] },
      '{"a": [1, "ü\\n\\"\\u0001"], "b": {}, "c": []}',
      '{"a":[1,"ü\\n\\"\\u0001"],"b":{},"c":[]}',
    ],
    [null, 'null', 'null'],
    [true, 'true', 'true'],
    [-3, '-3', '-3'],
    [1.5, '1.5', '1.5'],
    [0.0001, '0.0001', '0.0001'],
    [0.00001, '1e-05', '0.00001'],
    [0.0000015, '1.5e-06', '1.5e-6'],
    [5e-324, '5e-324', '5e-324'],
    [1e17, '1e+17', '1e+17'],
    [1.25e21, '1.25e+21', '1.25e+21'],
    [new PythonFloat(2), '2.0', '2.0'],
    [new PythonFloat(-0), '-0.0', '-0.0'],
    [new PythonFloat(1e16), '1e+16', '1e+16'],
    [2n ** 60n, '1152921504606846976', '1152921504606846976'],
    [2n ** 64n, '18446744073709551616', '1.8446744073709552e+19'],
  ])('case %# is what Python and Rust print', (value, python, rust) => {
    expect([pythonJson(value), serdeJson(value)]).toEqual([python, rust]);
  });

  it('is refused when it nests too deep', () => {
    const nested = (depth: number): unknown => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth));
    expect(pythonJson(nested(512))).toHaveLength(512 * 7 + 1);
    for (const json of [pythonJson, serdeJson]) {
      expect(() => json(nested(513))).toThrow(InvalidRequestError);
      expect(() => json(nested(5000))).toThrow(InvalidRequestError);
    }
  });

  it('says the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(pythonJson(plain))).toEqual(plain);
        expect(JSON.parse(serdeJson(plain))).toEqual(plain);
      }),
    );
  });
});
