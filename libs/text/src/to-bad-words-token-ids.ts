import { InvalidRequestError } from '@app/errors';
import type { Tokenizer } from '@app/tokenization';

/**
 * The token sequences of forbidden words (engine protocol §11.3): each word bare and after a space; the second only where it is the same word
 * in another first token. A word without tokens gives an empty sequence, for the check to find.
 */
export async function toBadWordsTokenIds(words: readonly string[], tokenizer: Tokenizer): Promise<number[][]> {
  const sequences: number[][] = [];
  for (const word of words) {
    const text = word.trimStart();
    const bare = await tokenizer.encode(text, { addSpecialTokens: false });
    const spaced = await tokenizer.encode(` ${text}`, { addSpecialTokens: false });
    sequences.push(bare);
    if (bare.length > 0 && spaced.length === bare.length && spaced[0] !== bare[0]) {
      sequences.push(spaced);
    }
  }
  return sequences;
}

export interface BadWordsBounds {
  readonly maxBadWords: number;
  readonly vocabularySize: number;
}

/** Throws `InvalidRequestError` in vLLM's words (completions-and-chat.md §4.3). */
export function checkBadWords(
  words: readonly string[],
  sequences: readonly (readonly number[])[],
  { maxBadWords, vocabularySize }: BadWordsBounds,
): void {
  if (sequences.some((sequence) => sequence.length === 0)) {
    throw new InvalidRequestError('bad_words entries must tokenize to at least one token.', {
      param: 'bad_words',
      value: words,
    });
  }
  if (sequences.length > maxBadWords) {
    throw new InvalidRequestError(
      `Too many bad words after tokenization: ${sequences.length}. The max number is ${maxBadWords}.`,
      { param: 'bad_words', value: sequences.length },
    );
  }
  const beyond = sequences.flat().filter((id) => id >= vocabularySize);
  if (beyond.length > 0) {
    throw new InvalidRequestError(
      `The model vocabulary size is ${vocabularySize}, but the following tokens were specified as bad: [${beyond.join(', ')}]. ` +
        `All token id values should be integers satisfying: 0 <= token_id <= ${vocabularySize - 1}.`,
      { param: 'bad_words', value: beyond },
    );
  }
}
