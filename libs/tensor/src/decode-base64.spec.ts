import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64 } from './decode-base64.js';

describe('decodeBase64', () => {
  it('gives back any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        expect(await decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('gives back what is longer than a slice', async () => {
    const bytes = Buffer.from(Array.from({ length: 500_000 }, (_, index) => index % 251));
    expect((await decodeBase64(bytes.toString('base64')))?.equals(bytes)).toBe(true);
  });

  it.each([
    ['a character too few', 'AAA'],
    ['no padding', 'AA'],
    ['padding in the middle', 'AA==AAAA'],
    ['too much padding', 'A==='],
    ['a line break', 'AAAA\nAAA'],
    ['the alphabet of URLs', 'A-_A'],
    ['a character far behind', `${'A'.repeat(1 << 19)}!AAA`],
    ['letters of other scripts', 'ĀĀĀĀ'],
  ])('finds none in a text with %s', async (_, text) => {
    expect(await decodeBase64(text)).toBeUndefined();
  });
});
