import type { IncrementalDecoder, IncrementalDecoderOptions } from './tokenizer.js';

const REPLACEMENT = '\uFFFD';

/** Tokens of the prompt's end that give the first output token its context; more while a character is cut at the window's start. */
const PROMPT_WINDOWS = [6, 12, 24] as const;

/** After so many tokens without a complete character the text comes out as it is, so that the work per token stays bounded. */
const MAX_HELD = 64;

export interface PrefixDecoderOptions extends Omit<IncrementalDecoderOptions, 'keptTokenIds'> {
  readonly decodePieces: (pieces: readonly string[]) => string;
  /** Undefined beyond the vocabulary. */
  readonly pieceOf: (id: number) => string | undefined;
  /** True for ids that are no text here. */
  readonly isSkipped: (id: number) => boolean;
  readonly isAdded: (id: number) => boolean;
}

/**
 * For any decoder whose text depends on the neighbours (Metaspace, byte fallback, WordPiece): decodes the last tokens with and without the
 * new ones, and the difference is their text.
 */
export class PrefixDecoder implements IncrementalDecoder {
  /** The tokens of the last text that came out, then those held back. */
  private pieces: string[] = [];
  private prefixCount: number;
  /** Text of the first `prefixCount` pieces. */
  private prefix: string;
  private lastWasAdded = false;

  constructor(private readonly options: PrefixDecoderOptions) {
    this.prefix = '';
    for (const size of PROMPT_WINDOWS) {
      this.pieces = options.promptTokenIds.slice(-size).flatMap((id) => this.shownPiece(id) ?? []);
      this.prefix = options.decodePieces(this.pieces);
      if (!this.prefix.includes(REPLACEMENT)) {
        break;
      }
    }
    this.prefix = this.prefix.replace(/\uFFFD+$/, '');
    this.prefixCount = this.pieces.length;
  }

  push(id: number): string {
    const piece = this.shownPiece(id);
    if (piece === undefined) {
      return '';
    }
    const { spacesBetweenSpecialTokens, skipSpecialTokens } = this.options;
    const rawPiece = !spacesBetweenSpecialTokens && !skipSpecialTokens && this.follows(id);
    this.pieces.push(piece);
    const text = this.options.decodePieces(this.pieces);
    const held = this.pieces.length - this.prefixCount;
    if (text.length <= this.prefix.length || (text.endsWith(REPLACEMENT) && held < MAX_HELD)) {
      return '';
    }
    const delta = text.slice(this.prefix.length);
    this.pieces = this.pieces.slice(this.prefixCount);
    this.prefixCount = this.pieces.length;
    this.prefix = this.options.decodePieces(this.pieces);
    return rawPiece ? piece : delta;
  }

  finish(): string {
    return this.options.decodePieces(this.pieces).slice(this.prefix.length);
  }

  private shownPiece(id: number): string | undefined {
    return this.options.isSkipped(id) ? undefined : this.options.pieceOf(id);
  }

  /** True for an added token right after another one. */
  private follows(id: number): boolean {
    const added = this.options.isAdded(id);
    const follows = added && this.lastWasAdded;
    this.lastWasAdded = added;
    return follows;
  }
}
