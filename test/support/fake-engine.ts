import { UnavailableError } from '@app/errors';
import { Engine } from '@app/engine-protocol';
import type {
  EngineHealth,
  EngineInfo,
  EngineRequest,
  EngineScaling,
  OutputSink,
  PrefixCacheStats,
  ScaleOptions,
  SchedulerStats,
} from '@app/engine-protocol';

const PREFIX_CACHE: PrefixCacheStats = { reset: false, requests: 0, queries: 0, hits: 0 };

export interface FakeRequest {
  readonly request: EngineRequest;
  readonly sink: OutputSink;
}

/** An engine without a model: it keeps what it is given, and says and dies what the test tells it. */
export class FakeEngine extends Engine {
  readonly info: EngineInfo = {
    maxModelLen: 512,
    numGpuBlocks: 16,
    blockSize: 32,
    worldSize: 1,
    dataParallelSize: 1,
    supportsLora: false,
  };
  engineCount = 1;
  scaling: EngineScaling = { type: 'steady' };
  /** What a change of the number of engines does; by default it is done at once. */
  scale: (engineCount: number, options?: ScaleOptions) => Promise<void> = (engineCount) => {
    this.engineCount = engineCount;
    return Promise.resolve();
  };
  readonly requests: FakeRequest[] = [];
  readonly aborted: string[] = [];
  private readonly arrivals: ((request: FakeRequest) => void)[] = [];
  private readonly abortListeners: (() => void)[] = [];
  closed = false;
  private state: EngineHealth = { state: 'running' };
  private readonly statsListeners = new Set<(engineIndex: number, stats: SchedulerStats) => void>();
  private readonly deathListeners = new Set<(reason: string) => void>();

  constructor(readonly supportedTasks: readonly string[] = []) {
    super();
  }

  get health(): EngineHealth {
    return this.state;
  }

  add(request: EngineRequest, sink: OutputSink): void {
    if (this.state.state === 'dead') {
      throw new UnavailableError(this.state.reason);
    }
    this.requests.push({ request, sink });
    this.arrivals.shift()?.({ request, sink });
  }

  /** The next request that arrives. */
  next(): Promise<FakeRequest> {
    return new Promise((resolve) => this.arrivals.push(resolve));
  }

  abort(requestIds: readonly string[]): void {
    this.aborted.push(...requestIds);
    this.abortListeners.splice(0).forEach((listener) => listener());
  }

  /** Resolves at the next abort. */
  nextAbort(): Promise<void> {
    return new Promise((resolve) => this.abortListeners.push(resolve));
  }

  utility(): Promise<unknown> {
    return Promise.resolve(undefined);
  }

  scaleTo(engineCount: number, options?: ScaleOptions): Promise<void> {
    return this.scale(engineCount, options);
  }

  onSchedulerStats(listener: (engineIndex: number, stats: SchedulerStats) => void): () => void {
    this.statsListeners.add(listener);
    return () => this.statsListeners.delete(listener);
  }

  onDeath(listener: (reason: string) => void): () => void {
    this.deathListeners.add(listener);
    return () => this.deathListeners.delete(listener);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  die(reason: string): void {
    this.state = { state: 'dead', reason };
    this.requests.forEach(({ sink }) => sink.fail(new UnavailableError(reason)));
    this.deathListeners.forEach((listener) => listener(reason));
  }

  reportWaiting(numWaitingReqs: number): void {
    const stats: SchedulerStats = {
      numRunningReqs: 0,
      numWaitingReqs,
      numSkippedWaitingReqs: 0,
      stepCounter: 0,
      currentWave: 0,
      kvCacheUsage: 0,
      prefixCacheStats: PREFIX_CACHE,
    };
    this.statsListeners.forEach((listener) => listener(0, stats));
  }
}
