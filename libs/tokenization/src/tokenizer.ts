/** Text ↔ token ids of one model. Ids are indices into the vocabulary. */
export interface Tokenizer {
  /** Ids of the tokenizer: base vocabulary and added tokens; ids are 0…vocabularySize-1. */
  readonly vocabularySize: number;
  /** Longest token, in code points: an upper bound for characters per token. */
  readonly maxCharsPerToken: number;
  readonly bosTokenId: number | undefined;
  readonly eosTokenId: number | undefined;
  /** Named special tokens as the chat template wants them: `bos_token`, `eos_token`, `pad_token`, `unk_token`. */
  readonly specialTokens: Readonly<Record<string, string>>;
  /** True for ids that `skip_special_tokens` drops. */
  isSpecial(id: number): boolean;
  /** Off the event loop when the text is long. */
  encode(text: string, options: { readonly addSpecialTokens: boolean; readonly maxTokens?: number }): Promise<number[]>;
  /** For short texts (bad words, stop markers). */
  encodeSync(text: string, options: { readonly addSpecialTokens: boolean }): number[];
  decode(ids: readonly number[], options: { readonly skipSpecialTokens: boolean }): string;
  /** The vocabulary's piece of an id as it stands (`Ġa`), undefined beyond the vocabulary. */
  piece(id: number): string | undefined;
  tokenId(piece: string): number | undefined;
  /** A decoder for one output stream, primed with the end of the prompt. */
  createIncrementalDecoder(options: IncrementalDecoderOptions): IncrementalDecoder;
}

export interface IncrementalDecoderOptions {
  readonly promptTokenIds: readonly number[];
  readonly skipSpecialTokens: boolean;
  readonly spacesBetweenSpecialTokens: boolean;
}

/** Token ids in, text out; characters whose bytes are not all there yet are held back. The text pushed so far never changes. */
export interface IncrementalDecoder {
  push(id: number): string;
  /** The end: bytes held back come out as U+FFFD. */
  finish(): string;
}
