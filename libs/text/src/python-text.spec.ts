import { describe, expect, it } from 'vitest';
import { pythonFloat, pythonInt, pythonList, pythonRepr } from './python-text.js';

describe('python text', () => {
  // Expected values are what Python 3 prints.
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [2.1, '2.1'],
    [-3, '-3.0'],
    [1e-5, '1e-05'],
    [0.0001, '0.0001'],
    [1.5e-10, '1.5e-10'],
    [1e16, '1e+16'],
    [123456789012345, '123456789012345.0'],
    [1e300, '1e+300'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    [Number.NaN, 'nan'],
  ])('prints the float %s', (value, text) => {
    expect(pythonFloat(value)).toBe(text);
  });

  it.each([
    [5, '5'],
    [1e21, '1000000000000000000000'],
    [2n ** 64n, '18446744073709551616'],
  ])('prints the integer %s', (value, text) => {
    expect(pythonInt(value)).toBe(text);
  });

  it.each([
    [[], '[]'],
    [[1, -2], '[1, -2]'],
    [['x', ''], "['x', '']"],
    [["it's"], '["it\'s"]'],
    [['"it\'s"'], "['\"it\\'s\"']"],
    [['a\\b\n\t\r\0\x7f'], "['a\\\\b\\n\\t\\r\\x00\\x7f']"],
    [['é🎉\ud800'], "['é🎉\\ud800']"],
  ])('prints the list %j', (values, text) => {
    expect(pythonList(values)).toBe(text);
  });

  it.each([
    [{ a: null, b: undefined, 'c"': [true, false] }, `{'a': None, 'b': None, 'c"': [True, False]}`],
    [[1, 1.5, 2n ** 64n, {}], '[1, 1.5, 18446744073709551616, {}]'],
  ])('prints the JSON value %o', (value, text) => {
    expect(pythonRepr(value)).toBe(text);
  });
});
