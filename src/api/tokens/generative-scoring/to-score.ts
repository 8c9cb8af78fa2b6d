import type { TokenLogprobs } from '@app/text';
import { InternalError } from '@app/errors';
import { exp } from './exp.js';

export interface ScoreOptions {
  /** The first is the one whose probability is the score. */
  readonly labels: readonly number[];
  /** Probabilities among the labels, instead of in the whole vocabulary. */
  readonly softmax: boolean;
}

/** Probability of the first label at one position (0…1). Throws `InternalError` when the engine left a label out. */
export function toScore(alternatives: TokenLogprobs, { labels, softmax }: ScoreOptions): number {
  const logprobs = [...new Set(labels)].map((label) => logprobOf(label, alternatives));
  if (!softmax) return exp(logprobs[0]);
  const highest = Math.max(...logprobs);
  const weights = logprobs.map((logprob) => exp(logprob - highest));
  return weights[0] / compensatedSum(weights);
}

function logprobOf(label: number, alternatives: TokenLogprobs): number {
  const found = alternatives.find(({ tokenId }) => tokenId === label);
  if (!found) throw new InternalError(`The engine gave no log probability for token ${label}`);
  // Impossible labels must not make the sum a NaN.
  return Math.max(found.logprob, -Number.MAX_VALUE);
}

/** Neumaier's sum: what Python's `sum` has done with floats since 3.12. */
function compensatedSum(values: readonly number[]): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}
