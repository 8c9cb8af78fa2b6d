import { codePointLength } from '@app/python-text';
import type { Tokenizer as Binding } from 'tokenizers';
import { ByteLevelDecoder } from './byte-level-decoder.js';
import { ByteLevelVocabulary } from './byte-level-vocabulary.js';
import { PrefixDecoder } from './prefix-decoder.js';
import type {
  EncodableText,
  EncodeOptions,
  IncrementalDecoder,
  IncrementalDecoderOptions,
  ShownTokens,
  TextPiece,
  Tokenizer,
  TokenOffsets,
  TokenPlaces,
} from './tokenizer.js';

export interface BindingTokenizerParts {
  readonly binding: Binding;
  /** The same vocabulary without special and other added tokens, for the words of pieces; undefined: there will be no pieces. */
  readonly wordsBinding?: Binding | undefined;
  /** Decode with our own byte-level decoder instead of the binding's. */
  readonly byteLevelDecoder: boolean;
  readonly specialTokens: Readonly<Record<string, string>>;
  readonly specialPieces: ReadonlySet<string>;
  readonly addedPieces: ReadonlySet<string>;
  /** Those of the added pieces that the model does not know: their ids are the last ones. */
  readonly reservedPieces: ReadonlySet<string>;
}

/** Ids that the post-processor puts around a text. */
interface Frame {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Hugging Face's tokenizers library behind the port; decoding is synchronous and incremental decoding ours. */
export class BindingTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly maxCharsPerToken: number;
  readonly bosTokenId: number | undefined;
  readonly eosTokenId: number | undefined;
  readonly specialTokens: Readonly<Record<string, string>>;
  readonly addedTokens: readonly string[];
  private readonly pieces: readonly (string | undefined)[];
  private readonly addedIds: ReadonlySet<number>;
  private readonly specialIds: ReadonlySet<number>;
  private readonly byteLevel: ByteLevelVocabulary | undefined;

  static async create(parts: BindingTokenizerParts): Promise<BindingTokenizer> {
    return new BindingTokenizer(parts, await probeFrame(parts.binding));
  }

  private constructor(
    private readonly parts: BindingTokenizerParts,
    private readonly frame: Frame,
  ) {
    const { binding, specialTokens } = parts;
    const pieces: (string | undefined)[] = [];
    let maxChars = 1;
    for (const [piece, id] of Object.entries(binding.getVocab(true))) {
      pieces[id] = piece;
      maxChars = Math.max(maxChars, codePointLength(piece));
    }
    this.pieces = pieces;
    this.vocabularySize = pieces.length - parts.reservedPieces.size;
    this.maxCharsPerToken = maxChars;
    this.specialTokens = specialTokens;
    this.addedTokens = [...parts.addedPieces];
    this.bosTokenId = this.tokenId(specialTokens.bos_token ?? '');
    this.eosTokenId = this.tokenId(specialTokens.eos_token ?? '');
    this.addedIds = this.idsOf(parts.addedPieces);
    this.specialIds = this.idsOf(parts.specialPieces);
    this.byteLevel = parts.byteLevelDecoder ? new ByteLevelVocabulary(pieces, this.addedIds) : undefined;
  }

  isSpecial(id: number): boolean {
    return this.specialIds.has(id);
  }

  piece(id: number): string | undefined {
    return this.pieces[id];
  }

  tokenId(piece: string): number | undefined {
    return this.parts.binding.tokenToId(piece) ?? undefined;
  }

  async encode(text: EncodableText, options: EncodeOptions): Promise<number[]> {
    const { addSpecialTokens } = options;
    const { before, after } = addSpecialTokens ? this.frame : { before: [], after: [] };
    const ids =
      typeof text === 'string'
        ? (await this.parts.binding.encode(text, null, { addSpecialTokens })).getIds()
        : [...before, ...(await this.encodePieces(text)), ...after];
    return this.truncate(ids, options);
  }

  async encodeWithOffsets(text: string, options: EncodeOptions): Promise<TokenPlaces> {
    const encoding = await this.parts.binding.encode(text, null, { addSpecialTokens: options.addSpecialTokens });
    // The binding counts code points.
    const offsets = encoding.getOffsets().map(([start, end]): TokenOffsets => [start, end]);
    return { ids: this.truncate(encoding.getIds(), options), offsets: this.truncate(offsets, options) };
  }

  /** What stays of the ids of a text, or of anything that goes with them. */
  private truncate<T>(items: T[], { addSpecialTokens, maxTokens, truncationSide }: EncodeOptions): T[] {
    if (maxTokens === undefined || items.length <= maxTokens) {
      return items;
    }
    const [before, after] = addSpecialTokens ? [this.frame.before.length, this.frame.after.length] : [0, 0];
    const room = Math.max(0, maxTokens - before - after);
    const end = items.length - after;
    const start = truncationSide === 'left' ? end - room : before;
    return [...items.slice(0, before), ...items.slice(start, start + room), ...items.slice(end)].slice(0, maxTokens);
  }

  private async encodePieces(pieces: readonly TextPiece[]): Promise<number[]> {
    const { wordsBinding } = this.parts;
    if (!wordsBinding) throw new Error('this tokenizer was not loaded for pieces');
    const words = pieces.flatMap((piece) => ('text' in piece && piece.text !== '' ? [piece.text] : []));
    const encodings = words.length === 0 ? [] : await wordsBinding.encodeBatch(words, { addSpecialTokens: false });
    let next = 0;
    return pieces.flatMap((piece) => {
      if ('token' in piece) return this.mustTokenId(piece.token);
      return piece.text === '' ? [] : encodings[next++].getIds();
    });
  }

  private mustTokenId(token: string): number {
    const id = this.tokenId(token);
    if (id === undefined) throw new Error(`this tokenizer has no token ${token}`);
    return id;
  }

  decode(ids: readonly number[], shown: ShownTokens): string {
    const { byteLevel: vocabulary } = this;
    const isSkipped = this.skipping(shown);
    if (vocabulary) {
      const decoder = new ByteLevelDecoder({ promptTokenIds: [], vocabulary, isSkipped });
      return ids.map((id) => decoder.push(id)).join('') + decoder.finish();
    }
    return this.decodePieces(ids.flatMap((id) => (isSkipped(id) ? [] : (this.piece(id) ?? []))));
  }

  createIncrementalDecoder(options: IncrementalDecoderOptions): IncrementalDecoder {
    const { promptTokenIds } = options;
    const { byteLevel: vocabulary } = this;
    const isSkipped = this.skipping(options);
    if (vocabulary) return new ByteLevelDecoder({ promptTokenIds, vocabulary, isSkipped });
    return new PrefixDecoder({
      ...options,
      decodePieces: (pieces) => this.decodePieces(pieces),
      pieceOf: (id) => this.piece(id),
      isSkipped,
      isAdded: (id) => this.addedIds.has(id),
    });
  }

  private skipping({ skipSpecialTokens, keptTokenIds }: ShownTokens): (id: number) => boolean {
    return (id) => skipSpecialTokens && this.isSpecial(id) && !keptTokenIds?.has(id);
  }

  /** The binding's `decode` is asynchronous only; its decoder is not, and `decode` is that over the pieces. */
  private decodePieces(pieces: readonly string[]): string {
    return this.parts.binding.getDecoder()?.decode([...pieces]) ?? pieces.join(' ');
  }

  private idsOf(pieces: ReadonlySet<string>): ReadonlySet<number> {
    return new Set([...pieces].flatMap((piece) => this.tokenId(piece) ?? []));
  }
}

/** Compares an encoding with and without special tokens; a text that the tokenizer turns into nothing tells nothing, so the probe is a plain word. */
async function probeFrame(binding: Binding): Promise<Frame> {
  const probe = 'a';
  const bare = (await binding.encode(probe, null, { addSpecialTokens: false })).getIds();
  const full = (await binding.encode(probe, null, { addSpecialTokens: true })).getIds();
  const start = full.findIndex((_, i) => bare.every((id, j) => full[i + j] === id));
  return start < 0
    ? { before: [], after: [] }
    : { before: full.slice(0, start), after: full.slice(start + bare.length) };
}
