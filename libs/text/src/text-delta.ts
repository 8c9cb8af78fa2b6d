import type { ServerError } from '@app/errors';
import type { FinishReason, SpecDecodeMetrics, WireArray } from '@app/engine-protocol';
import type { RequestStats } from './request-stats.js';

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

/** The output tokens from `start` up to, not including, `end` were made by weights of this label. */
export interface WeightVersionSpan {
  readonly version: string;
  readonly start: number;
  readonly end: number;
}

export interface TextDelta {
  /** Which of the n samples. */
  readonly index: number;
  readonly text: string;
  readonly tokenIds: readonly number[];
  /** One entry per token of `tokenIds`, when asked for. */
  readonly logprobs: readonly TokenLogprobs[] | undefined;
  /** With beam search: the token that each position of `logprobs` went on with, as the one the engine sampled is only one of those it offered. */
  readonly chosen?: readonly TokenAlternative[] | undefined;
  /** Set on the last delta of each sample. */
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
  /** On the last delta of each sample: which weights made it, all of it in order. Undefined when the engine does not tell. */
  readonly weightVersions: readonly WeightVersionSpan[] | undefined;
  /** On the last delta of each sample, from engines that return them: [tokens, layers, experts per token]. */
  readonly routedExperts: WireArray | undefined;
  /** On the last delta of each sample, from engines that draft tokens and were told to count. */
  readonly specDecodeMetrics: SpecDecodeMetrics | undefined;
  /** On the last delta of each sample that is one engine request, which those of beam search are not. */
  readonly stats: RequestStats | undefined;
  /** Nothing follows from any sample. Beam search may end with fewer samples than were asked for. */
  readonly last: boolean;
}

/** Hears the samples of one request, synchronously from the engine's sweep. After the `last` delta, or `fail`, nothing follows. */
export interface TextSink {
  push(delta: TextDelta): void;
  fail(error: ServerError): void;
}
