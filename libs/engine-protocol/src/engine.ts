import type { ServerError } from '@app/errors';
import type { EngineFaultStatus } from './control/fault-tolerance.js';
import type { EngineOutput, EngineOutputs, SchedulerStats } from './engine-output.js';
import type { EngineRequest } from './engine-request.js';
import type { LoraRequest } from './lora-request.js';

/** Where the outputs of one request go. Called synchronously, from the sweep over one engine message. */
export interface OutputSink {
  /**
   * `timestamp`: the engine's monotonic clock, in seconds. `weightVersion`: label of the weights that made the tokens, from engines that tell.
   * `engineIndex`: which of the engines behind the port; 0 where there is one.
   * Nothing is called after an output with a finish reason.
   */
  push(output: EngineOutput, timestamp: number, weightVersion?: string, engineIndex?: number): void;
  /** The request ended without an answer (engine death, send failure). Nothing is called after it. */
  fail(error: ServerError): void;
}

/** What an engine core tells about itself when it registers (engine protocol §5.1). */
export interface EngineInfo {
  /** Prompt and output together, in tokens; the least of all engines and the operator's limit. */
  readonly maxModelLen: number;
  /** Summed over the engines. */
  readonly numGpuBlocks: number;
  readonly blockSize: number;
  readonly dtype?: string | undefined;
  readonly vllmVersion?: string | undefined;
  readonly worldSize: number;
  readonly dataParallelSize: number;
  readonly kvCacheSizeTokens?: number | undefined;
  readonly kvCacheMaxConcurrency?: number | undefined;
  readonly maxNumSeqs?: number | undefined;
  /** Undefined: it does not tell (vLLM before 0.29). */
  readonly supportsLora?: boolean | undefined;
  /** Where engine cores publish what happens to their KV cache, by data-parallel rank, in the words of the wire; those that do not are left out. */
  readonly kvEventSources?: ReadonlyMap<number, Readonly<Record<string, unknown>>> | undefined;
}

/** `restarting`: it died and is being started again. `dead`: for good. Neither takes requests. */
export type EngineHealth =
  { readonly state: 'running' } | { readonly state: 'restarting' | 'dead'; readonly reason: string };

/** How a change of the number of engine cores stands (elastic expert parallelism, engine protocol §10). */
export type EngineScaling =
  | { readonly type: 'steady' }
  | { readonly type: 'scaling'; readonly phase: ScalingPhase; readonly engineCount: number }
  /** There will be no other change; the engines that are left serve on, unless they died of it. */
  | { readonly type: 'failed'; readonly reason: string };

/** `draining`: requests in flight end first. `preparing`: the engines go on as before. `committing`: they change over. */
export type ScalingPhase = 'draining' | 'preparing' | 'committing';

/** What a front end has with its engines at a moment. */
export interface EngineWorkload {
  /** Requests in flight. */
  readonly requests: number;
  /** Prompt tokens of those that have brought no output yet: they wait, or are being computed. */
  readonly prefillTokens: number;
  /** For so many milliseconds an engine that has requests has told nothing of them, nor of any step; the worst engine counts. 0: none is behind. */
  readonly silentMs: number;
}

export interface ScaleOptions {
  /** Before anything changes, what is in flight gets so long to end; default: it goes on. */
  readonly drainTimeoutMs?: number | undefined;
}

export interface UtilityOptions {
  /** `Infinity`: until the engine answers or dies. */
  readonly timeoutMs?: number | undefined;
}

/**
 * The engine as the front end sees it, whatever runs behind it. The abstract class is the injection token.
 * One front-end process has one `Engine`, which may stand for several engine cores.
 */
export abstract class Engine {
  abstract readonly info: EngineInfo;
  /** From `get_supported_tasks`: `generate`, `embed`, … */
  abstract readonly supportedTasks: readonly string[];
  abstract readonly health: EngineHealth;
  /** Number of engine cores behind this port. */
  abstract readonly engineCount: number;
  /** Global data-parallel rank of the first of them. */
  abstract readonly startRank: number;
  /** Whether that number is being changed. */
  abstract readonly scaling: EngineScaling;
  /** Of this front end alone; others may share the engines. */
  abstract readonly workload: EngineWorkload;

  /** Of each engine core, in the order of ranks; those that die of every fault are always healthy. */
  abstract readonly faultStatuses: readonly EngineFaultStatus[];

  /** Starts a request. The sink hears of it until a finish reason or `fail`; never both, never twice. Throws `UnavailableError` when the engine is not running. */
  abstract add(request: EngineRequest, sink: OutputSink): void;
  /** Ends requests early; idempotent, unknown ids are ignored. Their sinks are not called any more. */
  abstract abort(requestIds: readonly string[]): void;
  /**
   * Calls a method of every engine core (engine protocol §7); the values are in the order of their ranks. Rejects with `UnsupportedError` for
   * what they cannot do, `FailedCallError` when one refuses, `UnavailableError` when one does not answer in time.
   */
  abstract callEach(method: string, args: readonly unknown[], options?: UtilityOptions): Promise<readonly unknown[]>;
  /** Loads an adapter into every engine core, ahead of the requests that name it. Rejects as `callEach` does. */
  abstract addLora(lora: LoraRequest): Promise<void>;
  /**
   * Starts or ends engine cores until there are `engineCount`. Throws `InvalidRequestError` where that cannot be, `DrainTimeoutError` when
   * requests are in flight for too long, `UnavailableError` when the change fails.
   */
  abstract scaleTo(engineCount: number, options?: ScaleOptions): Promise<void>;
  /** Latest statistics of each engine, and what happens to them from now on; engines count from 0. Returns the function that ends the subscription. */
  abstract onSchedulerStats(listener: (engineIndex: number, stats: SchedulerStats) => void): () => void;
  /** Called once when the engine dies. Returns the function that ends the subscription. */
  abstract onDeath(listener: (reason: string) => void): () => void;
  /** `callEach`, where the answer of one engine core is that of all: the first one's. */
  async utility(method: string, args: readonly unknown[], options?: UtilityOptions): Promise<unknown> {
    const [first] = await this.callEach(method, args, options);
    return first;
  }

  /** Stops the engine cores this process owns and closes every socket. */
  abstract close(options?: { readonly drainTimeoutMs?: number }): Promise<void>;
}

/**
 * The engine core as its own process sees it: what runs behind the wire. Implemented by the ONNX engine and the scripted one.
 * Nothing that `add`, `abort` or `utility` is given may throw out of the core or stop it: a refused request is an output with finish reason `error`.
 */
export interface EngineCore {
  readonly info: EngineCoreInfo;
  /** Every step's outputs, for all requests; the transport splits them by `clientIndex`. */
  onOutputs(listener: (outputs: EngineCoreStep) => void): void;
  /** The core cannot go on. */
  onDeath(listener: (reason: string) => void): void;
  add(request: EngineRequest): void;
  abort(requestIds: readonly string[]): void;
  /** Throws (or rejects) with an `Error` whose message is the caller's failure text, for an unknown method too. */
  utility(method: string, args: readonly unknown[]): unknown;
  /** Aborts what runs, with finish reason `abort`, and releases the model. */
  close(): Promise<void>;
}

/** One step of a core; `outputs` keep the request's client index beside them. */
export interface EngineCoreStep extends Omit<EngineOutputs, 'engineIndex' | 'utilityOutput' | 'outputs'> {
  readonly outputs: readonly (EngineOutput & { readonly clientIndex: number })[];
}

/** What a core reports in its registration. */
export interface EngineCoreInfo extends EngineInfo {
  readonly maxNumBatchedTokens: number;
}
