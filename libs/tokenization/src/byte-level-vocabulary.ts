import { Utf8Decoder } from './utf8-decoder.js';

/** What one token stands for: whole characters, or bytes that need their neighbours. */
export type TokenText = string | Uint8Array;

/** The pieces of a byte-level BPE vocabulary (GPT-2's alphabet: one printable character per byte) as bytes and text. Results are kept. */
export class ByteLevelVocabulary {
  private readonly texts: (TokenText | undefined)[] = [];

  constructor(
    private readonly pieces: readonly (string | undefined)[],
    private readonly addedTokenIds: ReadonlySet<number>,
  ) {}

  /** The empty string for an id beyond the vocabulary. */
  textOf(id: number): TokenText {
    const piece = this.pieces[id];
    return piece === undefined ? '' : (this.texts[id] ??= this.computeText(id, piece));
  }

  private computeText(id: number, piece: string): TokenText {
    if (this.addedTokenIds.has(id)) {
      return piece;
    }
    const bytes = toBytes(piece);
    // A piece with a character outside the alphabet stands for itself, as in the tokenizers library.
    return bytes ? simplify(bytes) : piece;
  }
}

/** The bytes of a piece; undefined when it has a character outside of the alphabet. */
export function toBytes(piece: string): Uint8Array | undefined {
  const bytes = new Uint8Array(piece.length);
  for (let i = 0; i < piece.length; i++) {
    const byte = byteOfCharCode[piece.charCodeAt(i)];
    if (byte === undefined) {
      return undefined;
    }
    bytes[i] = byte;
  }
  return bytes;
}

function simplify(bytes: Uint8Array): TokenText {
  const decoder = new Utf8Decoder();
  const text = decoder.push(bytes);
  return decoder.pending || text.includes('\uFFFD') ? bytes : text;
}

/** GPT-2's alphabet: printable Latin-1 characters stand for their own byte, the other 68 bytes have characters from U+0100 on. */
const byteOfCharCode: readonly (number | undefined)[] = (() => {
  const table: (number | undefined)[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table[printable ? byte : next++] = byte;
  }
  return table;
})();
