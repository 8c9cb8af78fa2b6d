import { describe, expect, it } from 'vitest';
import { isReleaseFrom } from './release-order.js';

describe('isReleaseFrom', () => {
  it.each([
    ['0.27', '0.27.0', true],
    ['0.27', '0.27.1', true],
    ['0.27', '0.26.9', false],
    ['0.9', '0.27.0', true],
    ['0.27', '1.0.0', true],
    ['0.20.1', '0.20.0', false],
  ])('%s or newer: %s is %s', (since, release, expected) => {
    expect(isReleaseFrom(since, release)).toBe(expected);
  });
});
