/**
 * Parameters of one generation, as an engine core wants them: every rule of vLLM's SamplingParams already checked, defaults resolved.
 * `undefined` means "not set"; names are the camelCase form of the wire keys (engine protocol §5.6).
 */
export interface SamplingParams {
  /** 0 = greedy, else 0.01…2. */
  readonly temperature: number;
  /** (0, 1]; 1 = off. */
  readonly topP: number;
  /** 0 = off. */
  readonly topK: number;
  /** [0, 1]; 0 = off. */
  readonly minP: number;
  /** 64-bit; same seed, same tokens. */
  readonly seed?: number | bigint | undefined;
  /** [-2, 2] */
  readonly presencePenalty: number;
  /** [-2, 2] */
  readonly frequencyPenalty: number;
  /** > 0; 1 = off. Counts prompt and output tokens. */
  readonly repetitionPenalty: number;
  /** >= 1 */
  readonly maxTokens: number;
  /** While fewer tokens were generated, no id of `allStopTokenIds` is sampled. */
  readonly minTokens: number;
  /** Token ids that end the generation besides `eosTokenId`. */
  readonly stopTokenIds: readonly number[];
  /** The tokenizer's EOS; left out with `ignoreEos`. */
  readonly eosTokenId?: number | undefined;
  /** EOS, other EOS ids of the model and `stopTokenIds`: masked until `minTokens`. */
  readonly allStopTokenIds: readonly number[];
  readonly ignoreEos: boolean;
  /** Number of alternatives reported per generated token; -1 = whole vocabulary. */
  readonly logprobs?: number | undefined;
  /** Number of alternatives reported per prompt token; -1 = whole vocabulary. */
  readonly promptLogprobs?: number | undefined;
  /** Report exactly these ids instead of the top k. At most 128. */
  readonly logprobTokenIds?: readonly number[] | undefined;
  /** Token id → addend in [-100, 100]. */
  readonly logitBias?: ReadonlyMap<number, number> | undefined;
  readonly allowedTokenIds?: readonly number[] | undefined;
  readonly badWords: readonly string[];
  /** Each word as token sequences: the last token of a sequence is forbidden after its others. */
  readonly badWordsTokenIds?: readonly (readonly number[])[] | undefined;
  /** Stop strings; the front end's business, an engine core ignores them. */
  readonly stop: readonly string[];
  readonly includeStopStrInOutput: boolean;
  readonly skipSpecialTokens: boolean;
  readonly spacesBetweenSpecialTokens: boolean;
  readonly detokenize: boolean;
  /** What the front end will do with outputs: deltas, or only the final one. */
  readonly outputKind: 'cumulative' | 'delta' | 'final-only';
  readonly streamInterval?: number | undefined;
  readonly watermarking?: boolean | undefined;
  readonly skipReadingPrefixCache: boolean;
  readonly thinkingTokenBudget?: number | undefined;
  readonly repetitionDetection?: RepetitionDetection | undefined;
  readonly routedExpertsPromptStart?: number | undefined;
  readonly structuredOutputs?: StructuredOutputs | undefined;
  /** `vllm_xargs`, `kv_transfer_params`, `ec_transfer_params`. */
  readonly extraArgs?: Readonly<Record<string, unknown>> | undefined;
}

export interface RepetitionDetection {
  readonly maxPatternSize: number;
  readonly minPatternSize: number;
  readonly minCount: number;
}

/** Exactly one constraint is set (engine protocol §5.7). */
export interface StructuredOutputs {
  readonly json?: string | Readonly<Record<string, unknown>> | undefined;
  readonly regex?: string | undefined;
  readonly choice?: readonly string[] | undefined;
  readonly grammar?: string | undefined;
  readonly jsonObject?: boolean | undefined;
  readonly structuralTag?: string | undefined;
  readonly disableAnyWhitespace: boolean;
  readonly disableAdditionalProperties: boolean;
  readonly whitespacePattern?: string | undefined;
  readonly backend?: string | undefined;
  readonly backendWasAuto: boolean;
}
