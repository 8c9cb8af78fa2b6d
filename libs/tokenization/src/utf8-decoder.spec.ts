import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Utf8Decoder } from './utf8-decoder.js';

function decode(...chunks: readonly (readonly number[])[]): string {
  const decoder = new Utf8Decoder();
  return chunks.map((chunk) => decoder.push(Uint8Array.from(chunk))).join('') + decoder.finish();
}

describe('Utf8Decoder', () => {
  it.each([
    ['ASCII', [0x00, 0x41, 0x7f], '\0A\x7f'],
    ['two, three and four bytes', [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x8e, 0x89], 'é€🎉'],
    ['a byte order mark is text', [0xef, 0xbb, 0xbf, 0x41], '\uFEFFA'],
    ['a lone continuation byte', [0x8e, 0x8e], '\uFFFD\uFFFD'],
    ['overlong forms', [0xc0, 0x80, 0xe0, 0x80, 0x80], '\uFFFD'.repeat(5)],
    ['surrogates', [0xed, 0xa0, 0x80], '\uFFFD'.repeat(3)],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '\uFFFD'.repeat(4)],
    ['a cut character is one U+FFFD', [0xf0, 0x9f, 0x8e, 0x41], '\uFFFDA'],
    ['a cut character at the end', [0x41, 0xf0, 0x9f], 'A\uFFFD'],
  ])('%s', (_, bytes, expected) => {
    expect(decode(bytes)).toBe(expected);
    expect(decode(...bytes.map((byte) => [byte]))).toBe(expected);
  });

  it('gives what the platform gives, however the bytes are cut', () => {
    // Bytes that begin or continue characters are frequent, so that broken ones occur.
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0xc2, 0x80, 0x8f, 0x9f, 0xbf, 0x41));
    fc.assert(
      fc.property(fc.array(fc.array(byte, { maxLength: 6 }), { maxLength: 12 }), (chunks) => {
        const platform = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(chunks.flat()));
        expect(decode(...chunks)).toBe(platform);
      }),
      { numRuns: 500 },
    );
  });
});
