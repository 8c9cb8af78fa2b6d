import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '@app/errors';
import { toTimeoutMs } from './deadline-header.js';

describe('toTimeoutMs', () => {
  it.each([
    [undefined, undefined, undefined],
    [undefined, 5000, 5000],
    ['1', undefined, 1],
    ['0250', undefined, 250],
    ['250', 5000, 250],
    ['6000', 5000, 5000],
    ['999999999999999', undefined, 2 ** 31 - 1],
  ])('header %s, bound %s: %s', (header, maxMs, expected) => {
    expect(toTimeoutMs(header, maxMs)).toBe(expected);
  });

  it.each(['', '0', '-1', '+1', '1.5', '1e3', ' 1', '1 s', '10, 20', '1000000000000000'])('refuses "%s"', (header) => {
    expect(() => toTimeoutMs(header)).toThrow(InvalidRequestError);
  });
});
