import { UnavailableError } from '@app/errors';
import { Engine } from '@app/engine-protocol';
import type {
  EngineHealth,
  EngineInfo,
  EngineRequest,
  OutputSink,
  PrefixCacheStats,
  SchedulerStats,
} from '@app/engine-protocol';

const PREFIX_CACHE: PrefixCacheStats = { reset: false, requests: 0, queries: 0, hits: 0 };

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
  readonly engineCount = 1;
  readonly requests: { readonly request: EngineRequest; readonly sink: OutputSink }[] = [];
  readonly aborted: string[] = [];
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
  }

  abort(requestIds: readonly string[]): void {
    this.aborted.push(...requestIds);
  }

  utility(): Promise<unknown> {
    return Promise.resolve(undefined);
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
