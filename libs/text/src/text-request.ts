import type { LoraRequest, RepetitionDetection, SamplingParams, StructuredOutputs } from '@app/engine-protocol';
import type { EncodableText } from '@app/tokenization';

export type TextPrompt =
  | { readonly type: 'text'; readonly text: EncodableText; readonly addSpecialTokens: boolean }
  | { readonly type: 'tokens'; readonly tokenIds: readonly number[] }
  | EmbedsPrompt
  | SplicedPrompt;

/** Rows of embeddings. */
export interface EmbedsPrompt {
  readonly type: 'embeds';
  /** What `torch.save` wrote, in base64. */
  readonly file: string;
}

/** Text with rows in it: where it says `PROMPT_EMBEDS_TOKEN`, the rows of the next file stand. */
export interface SplicedPrompt {
  readonly type: 'spliced';
  readonly text: string;
  readonly addSpecialTokens: boolean;
  readonly files: readonly string[];
}

/** Sampling as a caller asked for it: `undefined` takes the server's default. Unchecked; `Text.prepare` checks every rule (completions-and-chat.md §4). */
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
  /** Default: with prompt log probabilities only, which a cached prefix does not have. */
  readonly skipReadingPrefixCache?: boolean | undefined;
  readonly extraArgs?: Readonly<Record<string, unknown>> | undefined;
  readonly streamInterval?: number | undefined;
  /** False: outputs stay token ids, and their text is empty. Default true. */
  readonly detokenize?: boolean | undefined;
  /** What the engine is told about outputs. Default: deltas for a stream, else only the final one. */
  readonly outputKind?: SamplingParams['outputKind'] | undefined;
}

export interface BeamSearchRequest {
  /** Exponent of the length in the score of a beam. */
  readonly lengthPenalty: number;
}

export interface TextRequest {
  /** Base of the engine's ids: `cmpl-…-0`, `chatcmpl-…`. */
  readonly requestId: string;
  readonly prompt: TextPrompt;
  readonly sampling: SamplingRequest;
  /** True: deltas as they come. False: the sink gets one delta per sample, at its end. */
  readonly stream: boolean;
  /** Look for the `n` likeliest texts instead of sampling them. Streamed or not, the sink gets one delta per beam, at the end. */
  readonly beamSearch?: BeamSearchRequest | undefined;
  readonly truncatePromptTokens?: number | undefined;
  readonly truncationSide?: 'left' | 'right' | undefined;
  /** Tell the places of the prompt's tokens in its text. */
  readonly promptOffsets?: boolean | undefined;
  /** The adapter that it runs with; default: the model alone. */
  readonly lora?: LoraRequest | undefined;
  readonly priority?: number | undefined;
  readonly cacheSalt?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly dataParallelRank?: number | undefined;
  /** Special tokens that the text shows, and no others, while the engine is told what `sampling.skipSpecialTokens` says; default: all or none, as that says. */
  readonly shownTokenIds?: ReadonlySet<number> | undefined;
  readonly reasoningEnded?: boolean | undefined;
  readonly reasoningParserKwargs?: Readonly<Record<string, unknown>> | undefined;
  readonly traceHeaders?: Readonly<Record<string, string>> | undefined;
  /**
   * The prompt and its sampling parameters are complete: rendered elsewhere, or made by this server. The operator's sampling defaults do not apply, a given
   * `maxTokens` stands whatever room the prompt leaves, and the prompt's length is checked at `start`. Token prompts only.
   */
  readonly isRendered?: boolean | undefined;
  /** Wire name of the field that the prompt came from, for error messages; default `prompt`. */
  readonly promptField?: string | undefined;
}
