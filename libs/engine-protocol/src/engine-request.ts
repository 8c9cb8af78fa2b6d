import type { SamplingParams } from './sampling-params.js';

/** One generation for one engine core: token ids in, no text. Field by field the ADD message (engine protocol §5.2). */
export interface EngineRequest {
  /** Unique among the requests in flight of the engine. */
  readonly requestId: string;
  /** Not empty; every id inside the vocabulary; shorter than the model's context. */
  readonly promptTokenIds: readonly number[];
  readonly sampling: SamplingParams;
  /** UNIX seconds. */
  readonly arrivalTime: number;
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
