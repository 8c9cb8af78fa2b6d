/** Bounds of one request, and what the engine can do. */
export interface TextLimits {
  /** `--max-logprobs`; -1 = whole vocabulary. */
  readonly maxLogprobs: number;
  /** VLLM_MAX_N_SEQUENCES */
  readonly maxSamples: number;
  readonly maxLogprobTokenIds: number;
  /** Token sequences, after tokenisation. */
  readonly maxBadWords: number;
  /** `--stream-interval`: tokens per delta, the least for every stream. */
  readonly streamInterval: number;
  /** The engine knows where reasoning ends, so `thinking_token_budget` has a meaning. */
  readonly reasoningConfigured: boolean;
  /** The engine drafts tokens, which min_p and logit_bias do not go with. */
  readonly speculativeDecoding: boolean;
  /** `_backend` of structured outputs when the request names none; `auto`: the one that fits. */
  readonly structuredOutputsBackend: string;
}

/** vLLM's defaults. */
export const defaultLimits: TextLimits = {
  maxLogprobs: 20,
  maxSamples: 16_384,
  maxLogprobTokenIds: 128,
  maxBadWords: 128,
  streamInterval: 1,
  reasoningConfigured: false,
  speculativeDecoding: false,
  structuredOutputsBackend: 'auto',
};
