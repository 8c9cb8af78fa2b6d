import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '@app/errors';
import type { ModelDescription } from '@app/model-repository';
import { toBytes } from './byte-level-vocabulary.js';
import { toAdditionalSpecialTokens, toSpecialTokens } from './special-tokens.js';
import { parseTokenizerFile } from './tokenizer-file.js';

/** What the tokens of a vocabulary write. */
export interface TokenBytes {
  /** By id; undefined where no token has it. */
  readonly bytes: readonly (Uint8Array | undefined)[];
  /** Tokens that `skip_special_tokens` drops. */
  readonly special: ReadonlySet<number>;
}

/** Reads a tokenizer.json without the binding. Throws `ConfigurationError` when it is missing or unusable. */
export async function loadTokenBytes(
  model: Pick<ModelDescription, 'tokenizerFile' | 'tokenizerConfig'>,
): Promise<TokenBytes> {
  const text = await readFile(model.tokenizerFile, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`cannot read ${model.tokenizerFile}`, { cause: error });
  });
  const { addedTokens, byteLevelDecoder } = parseTokenizerFile(text, model.tokenizerFile);
  const bytes: (Uint8Array | undefined)[] = [];
  for (const [piece, id] of piecesOf(JSON.parse(text))) {
    bytes[id] = (byteLevelDecoder ? toBytes(piece) : pieceBytes(piece)) ?? Buffer.from(piece);
  }
  for (const { id, content } of addedTokens) bytes[id] = Buffer.from(content);
  const named = new Set([
    ...Object.values(toSpecialTokens(model.tokenizerConfig)),
    ...toAdditionalSpecialTokens(model.tokenizerConfig),
  ]);
  const special = addedTokens.filter((token) => token.special || named.has(token.content)).map(({ id }) => id);
  return { bytes, special: new Set(special) };
}

interface VocabularyFile {
  readonly model: { readonly vocab: Readonly<Record<string, number>> | readonly (readonly [string, number])[] };
}

/** BPE lists ids by piece, Unigram pieces with their scores in the order of ids. */
function piecesOf(file: unknown): readonly (readonly [piece: string, id: number])[] {
  const { vocab } = (file as VocabularyFile).model;
  if (!Array.isArray(vocab)) return Object.entries(vocab as Readonly<Record<string, number>>);
  return (vocab as readonly (readonly [string, number])[]).map(([piece], id) => [piece, id]);
}

/** A piece of a SentencePiece vocabulary: `▁` is a space, `<0x0A>` a byte. */
function pieceBytes(piece: string): Uint8Array {
  const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(piece);
  return byte ? Uint8Array.of(Number.parseInt(byte[1], 16)) : Buffer.from(piece.replaceAll('▁', ' '));
}
