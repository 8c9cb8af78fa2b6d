import { InternalError } from '@app/errors';
import type { TokenLogprobs } from '@app/text';

/** Log probabilities of the label tokens at one position, in the order of the labels; finite. Throws `InternalError` when the engine left one out. */
export function toLabelLogprobs(alternatives: TokenLogprobs, labels: readonly number[]): number[] {
  const byToken = new Map(alternatives.map(({ tokenId, logprob }) => [tokenId, logprob]));
  return labels.map((label) => {
    const logprob = byToken.get(label);
    if (logprob === undefined) throw new InternalError(`The engine gave no log probability for token ${label}`);
    // Impossible labels must not make a sum a NaN.
    return Math.max(logprob, -Number.MAX_VALUE);
  });
}
