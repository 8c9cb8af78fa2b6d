import type { Tokenizer } from '@app/tokenization';

const REPLACEMENT = '\uFFFD';

/** Tokens before a part of a character that may complete it: UTF-8 characters have four bytes at most. */
const MAX_CONTEXT = 4;

/** The `context` of what follows these tokens. */
export function contextAfter(context: readonly number[], tokenIds: readonly number[]): readonly number[] {
  return [...context, ...tokenIds.slice(-MAX_CONTEXT)].slice(-MAX_CONTEXT);
}

/** Texts of single tokens, as log probabilities show them; special tokens included. Results are kept. */
export class TokenTexts {
  private readonly texts = new Map<number, string>();

  constructor(private readonly tokenizer: Pick<Tokenizer, 'decode' | 'vocabularySize'>) {}

  /**
   * The text of token `id` after the tokens of `context` (its last four count). A token that ends a character gives that character, one that
   * leaves it incomplete gives the empty string (engine protocol §11.4).
   */
  at(id: number, context: readonly number[]): string {
    const text = this.alone(id);
    return text.endsWith(REPLACEMENT) ? this.inContext(id, context) : text;
  }

  /** The text of token `id` by itself; a part of a character is U+FFFD. */
  alone(id: number): string {
    let text = this.texts.get(id);
    if (text === undefined) {
      // Nothing is kept for ids that clients make up.
      if (id >= this.tokenizer.vocabularySize) return '';
      text = this.decode([id]);
      this.texts.set(id, text);
    }
    return text;
  }

  private inContext(id: number, context: readonly number[]): string {
    for (let size = 1; size <= Math.min(context.length, MAX_CONTEXT); size++) {
      // The shortest context that completes the character holds parts of it alone, so all of the text is this token's.
      const text = this.decode([...context.slice(-size), id]);
      if (!text.endsWith(REPLACEMENT)) {
        return text;
      }
    }
    return '';
  }

  private decode(ids: readonly number[]): string {
    return this.tokenizer.decode(ids, { skipSpecialTokens: false });
  }
}
