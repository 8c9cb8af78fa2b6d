import { describe, expect, it } from 'vitest';
import { BoundedCache } from './bounded-cache.js';

describe('a bounded cache', () => {
  it('drops what was used least recently, by entries and by bytes', () => {
    const cache = new BoundedCache<number>({ maxEntries: 2, maxBytes: 10 });
    cache.set('a', 1, 1);
    cache.set('b', 2, 1);
    expect(cache.get('a')).toBe(1);
    cache.set('c', 3, 1);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
    cache.set('d', 4, 10);
    expect(['a', 'c', 'd'].map((key) => cache.get(key))).toEqual([undefined, undefined, 4]);
    cache.set('e', 5, 11);
    expect(['d', 'e'].map((key) => cache.get(key))).toEqual([4, undefined]);
  });
});
