import { InternalError, UnsupportedError } from '@app/errors';
import { Engine } from '@app/engine-protocol';
import type {
  EngineHealth,
  EngineInfo,
  EngineOutput,
  EngineRequest,
  LogprobRows,
  OutputSink,
  SchedulerStats,
} from '@app/engine-protocol';

/** A table by rows: positions, first column the sampled (or prompt) token. */
export interface ScriptedLogprobs {
  readonly ids: readonly (readonly number[])[];
  readonly values: readonly (readonly number[])[];
  readonly ranks: readonly number[];
}

/** What one engine step brings for one request. */
export interface ScriptedStep extends Pick<
  EngineOutput,
  'stopReason' | 'events' | 'kvTransferParams' | 'ecTransferParams' | 'routedExperts' | 'specDecodeMetrics' | 'error'
> {
  readonly ids: readonly number[];
  readonly finish?: EngineOutput['finishReason'];
  readonly logprobs?: ScriptedLogprobs | undefined;
  readonly promptLogprobs?: ScriptedLogprobs | undefined;
  readonly cachedTokens?: number | undefined;
  readonly weightVersion?: string | undefined;
}

export interface ScriptedEngineOptions {
  /** The steps of a request; `index` counts requests from 0. */
  readonly script?: (request: EngineRequest, index: number) => readonly ScriptedStep[];
  readonly maxModelLen?: number;
  readonly engineCount?: number;
  readonly dtype?: string;
}

interface Playing {
  readonly request: EngineRequest;
  readonly sink: OutputSink;
  readonly steps: ScriptedStep[];
}

/** An engine that plays a script, one step of every request for each `step()`. Its clock shows the number of steps, in seconds. */
export class ScriptedEngine extends Engine {
  readonly requests: EngineRequest[] = [];
  /** Ids of abort calls, in order. */
  readonly aborted: string[] = [];
  readonly info: EngineInfo;
  readonly engineCount: number;
  readonly startRank = 0;
  readonly supportedTasks = ['generate'];
  readonly scaling = { type: 'steady' } as const;
  readonly workload = { requests: 0, prefillTokens: 0, silentMs: 0 };
  readonly faultStatuses = [];
  health: EngineHealth = { state: 'running' };
  private readonly playing = new Map<string, Playing>();
  private readonly deathListeners = new Set<(reason: string) => void>();
  private clock = 0;

  constructor(private readonly options: ScriptedEngineOptions = {}) {
    super();
    const { maxModelLen = 512, engineCount = 1, dtype } = options;
    this.engineCount = engineCount;
    this.info = {
      maxModelLen,
      numGpuBlocks: 64,
      blockSize: 16,
      dtype,
      worldSize: 1,
      dataParallelSize: engineCount,
      supportsLora: false,
    };
  }

  add(request: EngineRequest, sink: OutputSink): void {
    const steps = [...(this.options.script?.(request, this.requests.length) ?? [])];
    this.requests.push(request);
    this.playing.set(request.requestId, { request, sink, steps });
  }

  abort(requestIds: readonly string[]): void {
    this.aborted.push(...requestIds);
    requestIds.forEach((id) => this.playing.delete(id));
  }

  /** The next step of every request that has one. False when there was none. */
  step(): boolean {
    this.clock += 1;
    const due = [...this.playing.values()].filter(({ steps }) => steps.length > 0);
    for (const { request, sink, steps } of due) {
      const step = steps.shift();
      if (step && this.playing.has(request.requestId)) {
        if (step.finish) {
          this.playing.delete(request.requestId);
        }
        sink.push(toOutput(request, step), this.clock, step.weightVersion);
      }
    }
    return due.length > 0;
  }

  /** Every step that is left. */
  run(): void {
    while (this.step());
  }

  scaleTo(): Promise<void> {
    return Promise.reject(new UnsupportedError('A scripted engine stays alone.'));
  }

  /** Fails every request. */
  die(reason: string): void {
    this.health = { state: 'dead', reason };
    const left = [...this.playing.values()];
    this.playing.clear();
    left.forEach(({ sink }) => sink.fail(new InternalError(reason)));
    this.deathListeners.forEach((listener) => listener(reason));
  }

  callEach(method: string): Promise<readonly unknown[]> {
    return Promise.reject(new InternalError(`Call to ${method} method failed: the script has none`));
  }

  addLora(): Promise<void> {
    return Promise.reject(new UnsupportedError('A scripted engine has no adapters.'));
  }

  onSchedulerStats(_listener: (engineIndex: number, stats: SchedulerStats) => void): () => void {
    return () => undefined;
  }

  onDeath(listener: (reason: string) => void): () => void {
    this.deathListeners.add(listener);
    return () => void this.deathListeners.delete(listener);
  }

  close(): Promise<void> {
    this.playing.clear();
    return Promise.resolve();
  }
}

function toOutput(request: EngineRequest, step: ScriptedStep): EngineOutput {
  const { ids, finish, logprobs, promptLogprobs, cachedTokens, weightVersion: _weightVersion, ...rest } = step;
  const numPromptTokens = request.promptTokenIds.length;
  return {
    ...rest,
    requestId: request.requestId,
    newTokenIds: ids,
    finishReason: finish,
    logprobs: logprobs && toRows(logprobs),
    promptLogprobs: promptLogprobs && toRows(promptLogprobs),
    prefillStats:
      cachedTokens === undefined
        ? undefined
        : {
            numPromptTokens,
            numComputedTokens: numPromptTokens - cachedTokens,
            numCachedTokens: cachedTokens,
            numLocalCachedTokens: cachedTokens,
            numExternalCachedTokens: 0,
            numCacheCreationTokens: 0,
          },
  };
}

function toRows({ ids, values, ranks }: ScriptedLogprobs): LogprobRows {
  return {
    rows: ids.length,
    columns: ids[0]?.length ?? 0,
    tokenIds: Int32Array.from(ids.flat()),
    logprobs: Float32Array.from(values.flat()),
    ranks,
  };
}
