import type { ServerError } from '@app/errors';
import type { FinishReason } from '@app/engine-protocol';

export interface TokenAlternative {
  readonly tokenId: number;
  /** Text of this token at this place of the output; may be empty for a part of a character. */
  readonly text: string;
  /** Natural logarithm; -Infinity allowed. */
  readonly logprob: number;
  readonly rank: number | undefined;
}

/** One position: element 0 is the sampled (or prompt) token, then the alternatives in the engine's order, duplicates of the sampled one removed. */
export type TokenLogprobs = readonly TokenAlternative[];

export interface TextDelta {
  /** Which of the n samples. */
  readonly index: number;
  readonly text: string;
  readonly tokenIds: readonly number[];
  /** One entry per token of `tokenIds`, when asked for. */
  readonly logprobs: readonly TokenLogprobs[] | undefined;
  readonly finishReason: FinishReason | undefined;
  readonly stopReason: number | string | undefined;
  /** Tokens of this sample so far, this delta included. */
  readonly completionTokens: number;
  /** On the first delta of each sample. */
  readonly promptLogprobs: readonly (TokenLogprobs | undefined)[] | undefined;
  /** Prompt tokens that came from a cache; on the first delta of each sample. */
  readonly cachedTokens: number | undefined;
  /** Prompt tokens that were put into a cache; likewise. */
  readonly cacheCreationTokens: number | undefined;
  readonly kvTransferParams: Readonly<Record<string, unknown>> | undefined;
  readonly ecTransferParams: Readonly<Record<string, unknown>> | undefined;
}

/** Hears the samples of one request, synchronously from the engine's sweep. After the last sample's finish reason, or `fail`, nothing follows. */
export interface TextSink {
  push(delta: TextDelta): void;
  fail(error: ServerError): void;
}
