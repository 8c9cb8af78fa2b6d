import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFloat, jsonText, spacedJsonText } from './json-text.js';

describe('jsonText', () => {
  it.each([
    [-1, '-1.0'],
    [0, '0.0'],
    [-0.10000000149011612, '-0.10000000149011612'],
    [-9999, '-9999.0'],
    [1e-5, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [1e16, '1e+16'],
    [123456789012345, '123456789012345.0'],
    [0.0001, '0.0001'],
  ])('writes the float %d as Python does', (value, expected) => {
    expect(jsonText(jsonFloat(value))).toBe(expected);
  });

  it('keeps floats readable as the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(Number(jsonText(jsonFloat(value))), value)).toBe(true);
      }),
    );
  });

  it('equals JSON.stringify for plain values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(jsonText(value)).toBe(JSON.stringify(value));
      }),
    );
  });

  it('leaves undefined members out, keeps integers above 2^53 and the order of a map', () => {
    const value = {
      a: undefined,
      b: 2n ** 63n,
      c: new Map([
        ['2', 1],
        ['1', 2],
      ]),
    };
    expect(jsonText(value)).toBe('{"b":9223372036854775808,"c":{"2":1,"1":2}}');
  });

  it('writes Python’s spaces when asked to', () => {
    expect(spacedJsonText({ a: [1, { b: 'x, y: z' }], c: null, d: undefined })).toBe(
      '{"a": [1, {"b": "x, y: z"}], "c": null}',
    );
  });
});
