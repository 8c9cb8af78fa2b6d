const REPLACEMENT = '\uFFFD';

/**
 * UTF-8 bytes in, text out, across any split. Invalid bytes become U+FFFD, one for each maximal subpart
 * (Unicode 15, section 3.9; the same as Rust's `String::from_utf8_lossy` and WHATWG's TextDecoder).
 */
export class Utf8Decoder {
  /** Bytes still needed for the character begun, 0 between characters. */
  private needed = 0;
  private codePoint = 0;
  /** Range of the next continuation byte: narrower after E0, ED, F0 and F4. */
  private lower = 0x80;
  private upper = 0xbf;

  /** True inside a character. */
  get pending(): boolean {
    return this.needed > 0;
  }

  push(bytes: Uint8Array): string {
    let text = '';
    for (const byte of bytes) {
      if (this.needed > 0) {
        if (byte >= this.lower && byte <= this.upper) {
          text += this.continueCharacter(byte);
          continue;
        }
        text += this.finish();
      }
      text += this.beginCharacter(byte);
    }
    return text;
  }

  /** Ends the stream, or the character begun: it comes out as U+FFFD. */
  finish(): string {
    if (this.needed === 0) {
      return '';
    }
    this.reset();
    return REPLACEMENT;
  }

  private beginCharacter(byte: number): string {
    if (byte < 0x80) {
      return String.fromCharCode(byte);
    }
    if (byte < 0xc2 || byte > 0xf4) {
      return REPLACEMENT;
    }
    this.needed = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    this.codePoint = byte & (0x3f >> this.needed);
    this.lower = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.upper = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    return '';
  }

  private continueCharacter(byte: number): string {
    this.codePoint = (this.codePoint << 6) | (byte & 0x3f);
    this.needed -= 1;
    this.lower = 0x80;
    this.upper = 0xbf;
    return this.needed === 0 ? String.fromCodePoint(this.codePoint) : '';
  }

  private reset(): void {
    this.needed = 0;
    this.lower = 0x80;
    this.upper = 0xbf;
  }
}
