import type { LogprobRows, SamplingParams } from '@app/engine-protocol';
import { applyLogitRules, LARGEST_FLOAT32 } from './apply-logit-rules.js';
import { drawToken } from './draw-token.js';
import { keepOnlySet, reviveSet } from './keep-only-set.js';
import { LogprobTable } from './logprob-table.js';
import type { ReportedTokens } from './logprob-table.js';
import { RandomStream, randomSeed } from './random-stream.js';
import { TokenHistory } from './token-history.js';

export interface SampledToken {
  readonly tokenId: number;
  readonly logprobs?: LogprobRows | undefined;
}

/** Samples the tokens of one request, one row of logits at a time, and remembers them. */
export class TokenSampler {
  readonly history: TokenHistory;
  private readonly random: RandomStream;
  private readonly reported: ReportedTokens | undefined;

  constructor(
    private readonly sampling: SamplingParams,
    promptTokenIds: readonly number[],
  ) {
    this.history = new TokenHistory(promptTokenIds);
    this.random = new RandomStream(sampling.seed === undefined ? randomSeed() : BigInt(sampling.seed));
    this.reported = reportedTokens(sampling);
  }

  /**
   * `logits`: one float per token of the vocabulary; the row is overwritten. `allowed`: the only tokens there are, as bits, one at least; the log-probabilities are
   * among them, as in vLLM.
   */
  sample(logits: Float32Array, allowed?: Int32Array): SampledToken {
    makeFinite(logits);
    if (allowed !== undefined) keepOnlySet(logits, allowed);
    const rawLogits = this.reported === undefined ? undefined : logits.slice();
    applyLogitRules(logits, this.sampling, this.history);
    if (allowed !== undefined) reviveSet(logits, allowed);
    const tokenId = drawToken(logits, this.sampling, () => this.random.next());
    this.history.push(tokenId);
    if (this.reported === undefined || rawLogits === undefined) {
      return { tokenId };
    }
    const logprobs = new LogprobTable(this.reported, 1, logits.length);
    logprobs.addRow(rawLogits, tokenId);
    return { tokenId, logprobs };
  }
}

/** What a request reports of each generated token; undefined when it wants no log-probabilities. */
function reportedTokens({ logprobs, logprobTokenIds }: SamplingParams): ReportedTokens | undefined {
  if (logprobTokenIds !== undefined) {
    return { ids: logprobTokenIds };
  }
  return logprobs === undefined ? undefined : { top: logprobs };
}

/** A broken model's NaN is never chosen, and +Infinity is only the largest number: every comparison and difference after this is defined. */
export function makeFinite(logits: Float32Array): void {
  for (let id = 0; id < logits.length; id += 1) {
    const logit = logits[id];
    if (!(logit <= LARGEST_FLOAT32)) {
      logits[id] = logit > LARGEST_FLOAT32 ? LARGEST_FLOAT32 : -Infinity;
    }
  }
}
