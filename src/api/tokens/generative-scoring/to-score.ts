import type { TokenLogprobs } from '@app/text';
import { exp } from '@server/language/label-reads/exp';
import { toLabelLogprobs } from '@server/language/label-reads/label-logprobs';
import { softmax } from '@server/language/label-reads/softmax';

export interface ScoreOptions {
  /** The first is the one whose probability is the score. */
  readonly labels: readonly number[];
  /** Probabilities among the labels, instead of in the whole vocabulary. */
  readonly softmax: boolean;
}

/** Probability of the first label at one position (0…1). Throws `InternalError` when the engine left a label out. */
export function toScore(alternatives: TokenLogprobs, { labels, softmax: amongLabels }: ScoreOptions): number {
  const logprobs = toLabelLogprobs(alternatives, [...new Set(labels)]);
  return amongLabels ? softmax(logprobs)[0] : exp(logprobs[0]);
}
