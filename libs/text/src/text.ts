import type { ServerError } from '@app/errors';
import type { FinishReason, RepetitionDetection, StructuredOutputs } from '@app/engine-protocol';

export type TextPrompt =
  | { readonly type: 'text'; readonly text: string; readonly addSpecialTokens: boolean }
  | { readonly type: 'tokens'; readonly tokenIds: readonly number[] };

/** Sampling as a caller asked for it: `undefined` takes the server's default. Unchecked; `Text.generate` checks every rule (completions-and-chat.md §4). */
export interface SamplingRequest {
  readonly n?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly minP?: number | undefined;
  readonly repetitionPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  /** 64-bit; -1 = none. */
  readonly seed?: number | bigint | undefined;
  readonly maxTokens?: number | undefined;
  /** Wire name of the field that `maxTokens` came from, for error messages. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  readonly minTokens?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  readonly stopTokenIds?: readonly number[] | undefined;
  readonly includeStopStrInOutput?: boolean | undefined;
  readonly ignoreEos?: boolean | undefined;
  readonly skipSpecialTokens?: boolean | undefined;
  readonly spacesBetweenSpecialTokens?: boolean | undefined;
  /** Number of alternatives per token, -1 = all. */
  readonly logprobs?: number | undefined;
  readonly promptLogprobs?: number | undefined;
  readonly logprobTokenIds?: readonly number[] | undefined;
  /** Keys as the client wrote them: text that must be an integer. */
  readonly logitBias?: Readonly<Record<string, number>> | undefined;
  readonly allowedTokenIds?: readonly number[] | undefined;
  readonly badWords?: readonly string[] | undefined;
  readonly watermarking?: boolean | undefined;
  readonly thinkingTokenBudget?: number | undefined;
  readonly repetitionDetection?: RepetitionDetection | undefined;
  readonly routedExpertsPromptStart?: number | undefined;
  readonly structuredOutputs?: StructuredOutputs | undefined;
  readonly extraArgs?: Readonly<Record<string, unknown>> | undefined;
  readonly streamInterval?: number | undefined;
}

export interface TextRequest {
  /** Base of the engine's ids: `cmpl-…-0`, `chatcmpl-…`. */
  readonly requestId: string;
  readonly prompt: TextPrompt;
  readonly sampling: SamplingRequest;
  /** True: deltas as they come. False: the sink gets one delta per sample, at its end. */
  readonly stream: boolean;
  readonly truncatePromptTokens?: number | undefined;
  readonly truncationSide?: 'left' | 'right' | undefined;
  readonly priority?: number | undefined;
  readonly cacheSalt?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly dataParallelRank?: number | undefined;
  readonly reasoningEnded?: boolean | undefined;
  readonly reasoningParserKwargs?: Readonly<Record<string, unknown>> | undefined;
  readonly traceHeaders?: Readonly<Record<string, string>> | undefined;
}

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
  readonly cachedTokens: number | undefined;
  readonly kvTransferParams: Readonly<Record<string, unknown>> | undefined;
  readonly ecTransferParams: Readonly<Record<string, unknown>> | undefined;
}

/** Hears the samples of one request, synchronously from the engine's sweep. After the last sample's finish reason, or `fail`, nothing follows. */
export interface TextSink {
  push(delta: TextDelta): void;
  fail(error: ServerError): void;
}

/** A request that the engine has taken. */
export interface TextGeneration {
  readonly promptTokenIds: readonly number[];
  /** Idempotent. The sink is not called any more. */
  abort(): void;
}

/** A request that passed every check, before anything went to the engine. */
export interface PreparedText {
  readonly promptTokenIds: readonly number[];
  readonly sampleCount: number;
  /** Sends it to the engine. The checks that vLLM makes "inside the engine front" (spec §4.3) throw here, the others in `prepare`. */
  start(sink: TextSink): TextGeneration;
}
