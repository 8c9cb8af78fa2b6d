/** Text ↔ token ids of one model. Ids are indices into the vocabulary. */
export interface Tokenizer {
  /** Ids of the tokenizer: base vocabulary and added tokens; ids are 0…vocabularySize-1, but for what the server reserves behind them. */
  readonly vocabularySize: number;
  /** Longest token, in code points: an upper bound for characters per token. */
  readonly maxCharsPerToken: number;
  readonly bosTokenId: number | undefined;
  readonly eosTokenId: number | undefined;
  /** Named special tokens as the chat template wants them: `bos_token`, `eos_token`, `pad_token`, `unk_token`. */
  readonly specialTokens: Readonly<Record<string, string>>;
  /** Texts of the tokens that were added to the base vocabulary, special ones and others. */
  readonly addedTokens: readonly string[];
  /** True for ids that `skip_special_tokens` drops. */
  isSpecial(id: number): boolean;
  /** Runs off the event loop. */
  encode(text: EncodableText, options: EncodeOptions): Promise<number[]>;
  /** As `encode`, with the place of every token in the text. */
  encodeWithOffsets(text: string, options: EncodeOptions): Promise<TokenPlaces>;
  /** Ids beyond the vocabulary have no text. */
  decode(ids: readonly number[], options: ShownTokens): string;
  /** The vocabulary's piece of an id as it stands (`Ġa`), undefined beyond the vocabulary. */
  piece(id: number): string | undefined;
  tokenId(piece: string): number | undefined;
  /** A decoder for one output stream, primed with the end of the prompt. */
  createIncrementalDecoder(options: IncrementalDecoderOptions): IncrementalDecoder;
}

/** Where a token stands in a text: start and end (behind the last) in code points. Tokens that the tokenizer adds stand at [0, 0]. */
export type TokenOffsets = readonly [start: number, end: number];

/** Lists of the same length. */
export interface TokenPlaces {
  readonly ids: readonly number[];
  readonly offsets: readonly TokenOffsets[];
}
/**
 * What can be encoded: a text in which the names of special tokens are those tokens, or pieces that say what is a token and what are words.
 * Pieces are encoded apart from each other.
 */
export type EncodableText = string | readonly TextPiece[];

/** One token by its name, or words: whatever they look like, there is no special token in them. */
export type TextPiece = { readonly token: string } | { readonly text: string };

export interface EncodeOptions {
  /** BOS and whatever else the tokenizer's post-processor adds. */
  readonly addSpecialTokens: boolean;
  /** Keep at most this many ids, those that `addSpecialTokens` adds included: they stay, the text gives way. */
  readonly maxTokens?: number | undefined;
  /** Which end of a text that is too long goes: `right` (default) keeps the first tokens, `left` the last ones. */
  readonly truncationSide?: 'left' | 'right' | undefined;
}

/** Which special tokens are text. */
export interface ShownTokens {
  readonly skipSpecialTokens: boolean;
  /** Ids of those that are text though the others are skipped. */
  readonly keptTokenIds?: ReadonlySet<number> | undefined;
}

export interface IncrementalDecoderOptions extends ShownTokens {
  readonly promptTokenIds: readonly number[];
  /** False: no spaces between added tokens that follow each other; matters only for decoders that write spaces, and when special tokens are shown. */
  readonly spacesBetweenSpecialTokens: boolean;
}

/**
 * Token ids in, text out; text is held back while its last character may be incomplete, which is as long as it ends in U+FFFD (as vLLM does).
 * The text pushed so far never changes.
 */
export interface IncrementalDecoder {
  push(id: number): string;
  /** The end: what is held back comes out, bytes of an incomplete character as U+FFFD. */
  finish(): string;
}
