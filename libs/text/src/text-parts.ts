import type { Engine } from '@app/engine-protocol';
import type { Tokenizer } from '@app/tokenization';
import type { TextListener } from './request-stats.js';
import type { TextLimits } from './text-limits.js';
import type { TokenTexts } from './token-text.js';

/** What every request of one `Text` works with. */
export interface TextParts {
  readonly engine: Engine;
  readonly tokenizer: Tokenizer;
  readonly texts: TokenTexts;
  readonly limits: TextLimits;
  readonly listener: TextListener;
  /** UNIX seconds. */
  readonly now: () => number;
  /** Rows of the logits: ids that a model can make. */
  readonly vocabularySize: number;
  /** Of the generation config, those that the model can make. */
  readonly modelEosTokenIds: readonly number[];
}

/** False: token ids in and out, no text. */
export function hasTokenizer({ tokenizer }: Pick<TextParts, 'tokenizer'>): boolean {
  return tokenizer.vocabularySize > 0;
}

/** Ids that a prompt may have: those of the tokenizer and of the model. */
export function promptVocabularySize({
  tokenizer,
  vocabularySize,
}: Pick<TextParts, 'tokenizer' | 'vocabularySize'>): number {
  return Math.max(vocabularySize, tokenizer.vocabularySize);
}
