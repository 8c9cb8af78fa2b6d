import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestWord } from './nearest-word.js';

describe('nearestWord', () => {
  it('finds what was meant, and nothing when nothing is near', () => {
    expect(nearestWord('--prot', ['--host', '--port', '--uds'])).toBe('--port');
    expect(nearestWord('--completely-else', ['--host', '--port'])).toBeUndefined();
  });

  it('measures a distance', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance === 0).toBe(a === b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
