import type { WireArray } from './codec/wire-array.js';

export type FinishReason = 'stop' | 'length' | 'abort' | 'error' | 'repetition';

/** What one engine step produced for one request (engine protocol §5.4). */
export interface EngineOutput {
  readonly requestId: string;
  readonly newTokenIds: readonly number[];
  /** One row per new token; absent when not asked for. */
  readonly logprobs?: LogprobRows | undefined;
  /** One row per prompt token but the first; once, on the first output. */
  readonly promptLogprobs?: LogprobRows | undefined;
  /** Set on the last output of the request. */
  readonly finishReason?: FinishReason | undefined;
  /** The stop token id, or `repetition_detected`; absent for EOS and length. */
  readonly stopReason?: number | string | undefined;
  readonly events?: readonly EngineEvent[] | undefined;
  /** On the first output only. */
  readonly prefillStats?: PrefillStats | undefined;
  readonly kvTransferParams?: Readonly<Record<string, unknown>> | undefined;
  readonly ecTransferParams?: Readonly<Record<string, unknown>> | undefined;
  readonly traceHeaders?: Readonly<Record<string, string>> | undefined;
  /** Experts that mixture-of-experts layers chose: [tokens, layers, experts per token]. In pieces along the first axis, as the engine gets to know them. */
  readonly routedExperts?: WireArray | undefined;
  /** How well drafts of this request were guessed; on the last output, from engines that were told to count. */
  readonly specDecodeMetrics?: SpecDecodeMetrics | undefined;
  /** Why the request failed; only with finish reason `error`, and not from every release. */
  readonly error?: EngineRequestFault | undefined;
}

export interface EngineRequestFault {
  /** `validation_error`, `engine_paused`, … */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** Row-major tables: `tokenIds` and `logprobs` have `rows × columns` elements, `ranks` has `rows`. Column 0 is the sampled (or actual prompt) token. */
export interface LogprobRows {
  readonly rows: number;
  readonly columns: number;
  readonly tokenIds: ArrayLike<number>;
  readonly logprobs: ArrayLike<number>;
  /** Rank of column 0's token in the whole vocabulary, 1 = most likely. */
  readonly ranks: ArrayLike<number>;
}

/** Acceptance of drafted tokens, counted over the verification steps of one request. */
export interface SpecDecodeMetrics {
  /** Most tokens that a step drafts. */
  readonly numSpecTokens: number;
  /** Steps by the number of draft tokens they accepted. */
  readonly histogram: readonly number[];
  readonly numDraftTokens: number;
  /** One number per step; empty unless the engine was told to keep them. */
  readonly perStepAccepted: readonly number[];
  readonly perStepDrafted: readonly number[];
}

export interface EngineEvent {
  readonly type: 'queued' | 'scheduled' | 'preempted';
  /** Seconds on the engine's monotonic clock. */
  readonly timestamp: number;
}

/** Prompt tokens by where they came from. */
export interface PrefillStats {
  readonly numPromptTokens: number;
  readonly numComputedTokens: number;
  readonly numCachedTokens: number;
  readonly numLocalCachedTokens: number;
  readonly numExternalCachedTokens: number;
  readonly numCacheCreationTokens: number;
}

/** State of the scheduler after a step, and what it counted since it last reported (engine protocol §5.12). Only what the front end reads. */
export interface SchedulerStats {
  readonly numRunningReqs: number;
  readonly numWaitingReqs: number;
  readonly numSkippedWaitingReqs: number;
  readonly stepCounter: number;
  readonly currentWave: number;
  /** 0…1 */
  readonly kvCacheUsage: number;
  readonly prefixCacheStats: PrefixCacheStats;
  /** Of the cache behind a KV connector. */
  readonly connectorPrefixCacheStats?: PrefixCacheStats | undefined;
  /** Requests whose KV cache comes from elsewhere, by `waiting_to_start`, `in_progress`, `completed_waiting`. */
  readonly kvFetchReqsByStage?: Readonly<Record<string, number>> | undefined;
  /** A sample of them, from engines that were told to keep count. */
  readonly kvCacheEvictions?: readonly KvCacheEviction[] | undefined;
  readonly specDecodingStats?: SpecDecodingStats | undefined;
  /** What the connector counted, in a form of its own. */
  readonly kvConnectorStats?: Readonly<Record<string, unknown>> | undefined;
  readonly perfStats?: PerfStats | undefined;
}

/** Queries and hits in tokens. */
export interface PrefixCacheStats {
  readonly reset: boolean;
  readonly requests: number;
  readonly queries: number;
  readonly hits: number;
  /** By where the tokens lay: `device`, `host`, `p2p`, `disk`, `external_unspecified`. */
  readonly hitsBySource?: Readonly<Record<string, number>> | undefined;
}

export interface KvCacheEviction {
  readonly lifetimeSeconds: number;
  readonly idleSeconds: number;
  readonly reuseGapsSeconds: readonly number[];
}

/** Speculative decoding of all requests together. */
export interface SpecDecodingStats {
  readonly numDrafts: number;
  readonly numDraftTokens: number;
  readonly numAcceptedTokens: number;
  /** By position within the draft. */
  readonly numAcceptedTokensPerPos: readonly number[];
}

/** An estimate of the work done, per GPU. */
export interface PerfStats {
  readonly numFlops: number;
  readonly numReadBytes: number;
  readonly numWriteBytes: number;
}

/** One message of an engine core: everything one step produced for one front-end process. */
export interface EngineOutputs {
  readonly engineIndex: number;
  readonly outputs: readonly EngineOutput[];
  readonly schedulerStats?: SchedulerStats | undefined;
  /** Seconds on the engine's monotonic clock. */
  readonly timestamp: number;
  readonly utilityOutput?: UtilityOutput | undefined;
  readonly finishedRequests?: readonly string[] | undefined;
  readonly waveComplete?: number | undefined;
  readonly startWave?: number | undefined;
  /** Label of the weights that made this step's tokens; `default` until a caller sets another. Older engines send none. */
  readonly weightVersion?: string | undefined;
}

export interface UtilityOutput {
  /** Python clients use 64-bit ids. */
  readonly callId: number | bigint;
  readonly failureMessage?: string | undefined;
  readonly result?: unknown;
}
