import { compensatedSum } from './compensated-sum.js';
import { exp } from './exp.js';

/** Shares of the whole, digit for digit as Python computes them; `logprobs`: finite, at least one. */
export function softmax(logprobs: readonly number[]): number[] {
  const highest = Math.max(...logprobs);
  const weights = logprobs.map((logprob) => exp(logprob - highest));
  const total = compensatedSum(weights);
  return weights.map((weight) => weight / total);
}
