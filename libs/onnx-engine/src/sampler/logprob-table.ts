import type { LogprobRows } from '@app/engine-protocol';
import { largestLogits } from './largest-logits.js';

/** Which tokens a row reports beside the sampled one: the `top` likeliest (-1 = the whole vocabulary), or exactly these ids. */
export type ReportedTokens = { readonly top: number } | { readonly ids: readonly number[] };

/** Collects log-probabilities row by row, in the shape of the protocol (engine protocol §5.5). */
export class LogprobTable implements LogprobRows {
  readonly columns: number;
  readonly tokenIds: Int32Array;
  readonly logprobs: Float32Array;
  readonly ranks: Int32Array;
  private filled = 0;

  constructor(
    readonly reported: ReportedTokens,
    readonly rows: number,
    vocabularySize: number,
  ) {
    this.columns = 1 + reportedCount(reported, vocabularySize);
    this.tokenIds = new Int32Array(rows * this.columns);
    this.logprobs = new Float32Array(rows * this.columns);
    this.ranks = new Int32Array(rows);
  }

  /** The next row: `tokenId` in column 0, the reported tokens after it. `logits` are the model's own, before any rule. */
  addRow(logits: Float32Array, tokenId: number): void {
    const row = this.filled;
    this.filled += 1;
    const normaliser = logSumExp(logits);
    const alternatives = 'ids' in this.reported ? this.reported.ids : largestLogits(logits, this.columns - 1);
    const start = row * this.columns;
    this.tokenIds[start] = tokenId;
    this.tokenIds.set(alternatives, start + 1);
    for (let at = start; at < start + this.columns; at += 1) {
      this.logprobs[at] = logits[this.tokenIds[at]] - normaliser;
    }
    this.ranks[row] = rankOf(logits, tokenId);
  }
}

/** Alternatives in a row, for the bound on a table's size. */
export function reportedCount(reported: ReportedTokens, vocabularySize: number): number {
  if ('ids' in reported) {
    return reported.ids.length;
  }
  return reported.top < 0 ? vocabularySize : Math.min(reported.top, vocabularySize);
}

/** Number of tokens at least as likely as this one, as vLLM counts: ties push the rank down. */
function rankOf(logits: Float32Array, tokenId: number): number {
  const logit = logits[tokenId];
  let rank = 0;
  for (const other of logits) {
    rank += other >= logit ? 1 : 0;
  }
  return rank;
}

function logSumExp(logits: Float32Array): number {
  let max = -Infinity;
  for (const logit of logits) {
    max = logit > max ? logit : max;
  }
  if (max === -Infinity) {
    return 0;
  }
  let sum = 0;
  for (const logit of logits) {
    sum += Math.exp(logit - max);
  }
  return max + Math.log(sum);
}
