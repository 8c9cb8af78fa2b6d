import type { Tokenizer } from '@app/tokenization';

/** The end of every prompt of a model's chats, and the tokens with which an answer may begin there. */
export interface LabelTokens {
  /** The prompt's ids behind its last special token. */
  readonly tail: readonly number[];
  readonly idOf: ReadonlyMap<string, number>;
}

/**
 * Finds the token that each label is when it stands first in an answer. `labelSets`: labels of one question must be different tokens. Undefined when a label
 * is not one token, so that the model cannot be asked this way.
 */
export async function findLabelTokens(
  tokenizer: Tokenizer,
  promptTokenIds: readonly number[],
  labelSets: readonly (readonly string[])[],
): Promise<LabelTokens | undefined> {
  const tail = promptTokenIds.slice(promptTokenIds.findLastIndex((id) => tokenizer.isSpecial(id)) + 1);
  const text = tokenizer.decode(tail, { skipSpecialTokens: false });
  const idOf = new Map<string, number>();
  for (const labels of labelSets) {
    const ids = new Set<number>();
    for (const label of labels) {
      const extended = await tokenizer.encode(text + label, { addSpecialTokens: false });
      const id = extended.at(-1);
      if (id === undefined || extended.length !== tail.length + 1 || !endsWith(extended.slice(0, -1), tail))
        return undefined;
      ids.add(id);
      idOf.set(label, id);
    }
    if (ids.size < labels.length) return undefined;
  }
  return { tail, idOf };
}

export function endsWith(ids: readonly number[], tail: readonly number[]): boolean {
  const start = ids.length - tail.length;
  return start >= 0 && tail.every((id, index) => id === ids[start + index]);
}
