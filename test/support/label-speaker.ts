import type { EngineRequest } from '@app/engine-protocol';
import type { Tokenizer } from '@app/tokenization';
import type { ArrivedRequest } from './test-engine.js';

/** Has an engine answer with one token, and tell the probabilities of the tokens it is asked about. */
export class LabelSpeaker {
  readonly requests: EngineRequest[] = [];
  /** Probability of each token, by its text; others: 0. */
  shares: Readonly<Record<string, number>> = {};
  /** Text of the token that is said; the likeliest label when undefined. */
  says: string | undefined;
  /** Says nothing; the requests stay. */
  silent = false;

  constructor(private readonly tokenizer: Tokenizer) {}

  /** The prompt of one request, special tokens and all. */
  promptOf(index: number): string {
    return this.tokenizer.decode(this.requests[index].promptTokenIds, { skipSpecialTokens: false });
  }

  readonly answer = (arrived: ArrivedRequest): void => {
    const { request } = arrived;
    this.requests.push(request);
    if (this.silent) return;
    const labels = request.sampling.logprobTokenIds ?? [];
    const logprobs = labels.map((id) =>
      Math.log(this.shares[this.tokenizer.decode([id], { skipSpecialTokens: false })] ?? 0),
    );
    const said = this.says === undefined ? likeliestOf(labels, logprobs) : this.tokenizer.tokenId(this.says);
    arrived.say({
      newTokenIds: [said ?? 0],
      finishReason: 'length',
      logprobs: {
        rows: 1,
        columns: labels.length + 1,
        tokenIds: [said ?? 0, ...labels],
        logprobs: [-0.1, ...logprobs],
        ranks: [1],
      },
    });
  };
}

/** Undefined for a request without labels. */
function likeliestOf(labels: readonly number[], logprobs: readonly number[]): number | undefined {
  return labels[logprobs.indexOf(Math.max(...logprobs))];
}
