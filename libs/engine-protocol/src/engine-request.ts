import type { LoraRequest } from './lora-request.js';
import type { SamplingParams } from './sampling-params.js';

/** One generation for one engine core: token ids in, no text. Field by field the ADD message (engine protocol §5.2). */
export interface EngineRequest {
  /** Unique among the requests in flight of the engine. */
  readonly requestId: string;
  /** Not empty; every id inside the vocabulary, but where `promptEmbeds` has a row; shorter than the model's context. */
  readonly promptTokenIds: readonly number[];
  readonly promptEmbeds?: PromptEmbeds | undefined;
  readonly sampling: SamplingParams;
  /** UNIX seconds. */
  readonly arrivalTime: number;
  readonly lora?: LoraRequest | undefined;
  readonly cacheSalt?: string | undefined;
  readonly dataParallelRank?: number | undefined;
  /** Which front-end process gets the outputs. Set by the client, read by the engine core. */
  readonly clientIndex?: number | undefined;
  readonly currentWave?: number | undefined;
  /** Lower first; only with priority scheduling. */
  readonly priority: number;
  readonly traceHeaders?: Readonly<Record<string, string>> | undefined;
  /** The id the caller knows; the same for all samples of an `n > 1` request. */
  readonly externalRequestId?: string | undefined;
  readonly reasoningEnded?: boolean | undefined;
  readonly reasoningParserKwargs?: Readonly<Record<string, unknown>> | undefined;
  readonly sessionId?: string | undefined;
}

/** Rows that stand where the model would look up token embeddings. */
export interface PromptEmbeds {
  /** torch's name of a float dtype; the engine's own, or one that it casts. */
  readonly dtype: string;
  /** Values per row. */
  readonly hiddenSize: number;
  /** A row for each prompt token, little-endian; that of a token is zero. Sent without a copy: never written again. */
  readonly bytes: Uint8Array;
  /** By position: true for a token, false for a row. Undefined: rows are the whole prompt, and its ids say nothing but how many. */
  readonly isTokenId?: readonly boolean[] | undefined;
}
