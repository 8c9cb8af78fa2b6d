/** A bit per token; bit `id & 31` of word `id >> 5`. */
export type TokenSet = Int32Array;

export function tokenSet(size: number, ids: Iterable<number>): TokenSet {
  const set = new Int32Array(Math.ceil(size / 32));
  for (const id of ids) set[id >> 5] |= 1 << (id & 31);
  return set;
}

/** First bytes of a character behind which not every byte may come that continues one, and those that may not (Unicode standard, table 3-7). */
const RESTRICTED: ReadonlyMap<number, readonly [first: number, last: number]> = new Map([
  [0xe0, [0x80, 0x9f]],
  [0xed, [0xa0, 0xbf]],
  [0xf0, [0x80, 0x8f]],
  [0xf4, [0x90, 0xbf]],
]);

/**
 * Keeps tokens of single bytes from writing what is not UTF-8: XGrammar takes every byte that continues a character for one that continues this character, and
 * what is not UTF-8 has another length once it is text.
 */
export class Utf8Guard {
  private readonly afterLead: ReadonlyMap<number, TokenSet>;

  constructor(private readonly tokens: readonly (Uint8Array | undefined)[]) {
    this.afterLead = new Map(
      [...RESTRICTED].map(([lead, [first, last]]) => {
        const ids = tokens.flatMap((bytes, id) => (bytes && bytes[0] >= first && bytes[0] <= last ? [id] : []));
        return [lead, tokenSet(tokens.length, ids)];
      }),
    );
  }

  /** Takes the tokens out of a set that may not come after this one. */
  restrict(set: TokenSet, previous: number | undefined): void {
    const bytes = previous === undefined ? undefined : this.tokens[previous];
    const forbidden = bytes && this.afterLead.get(bytes[bytes.length - 1]);
    if (forbidden === undefined) return;
    for (let word = 0; word < set.length; word++) set[word] &= ~forbidden[word];
  }
}

/** Whether a token can be a piece of UTF-8. */
export function isUtf8Piece(bytes: Uint8Array): boolean {
  return bytes.every((byte, index) => {
    if (byte === 0xc0 || byte === 0xc1 || byte > 0xf4) return false;
    const restricted = index > 0 ? RESTRICTED.get(bytes[index - 1]) : undefined;
    return restricted === undefined || byte < restricted[0] || byte > restricted[1];
  });
}
