import { describe, expect, it } from 'vitest';
import { randomId, sanitizeId } from './request-id.js';

describe('request ids', () => {
  it('makes 16 hex digits, new ones each time', () => {
    expect(randomId()).toMatch(/^[0-9a-f]{16}$/);
    expect(randomId()).not.toBe(randomId());
  });

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['abc-1:2/3', 'abc-1:2/3'],
    ['a b\u001b[31m\u00e9', 'a_b_[31m_'],
    ['x'.repeat(300), 'x'.repeat(256)],
  ])('makes %o safe', (id, expected) => {
    expect(sanitizeId(id)).toBe(expected);
  });
});
