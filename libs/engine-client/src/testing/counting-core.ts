import type {
  EngineCore,
  EngineCoreInfo,
  EngineCoreStep,
  EngineOutput,
  EngineRequest,
  SchedulerStats,
} from '@app/engine-protocol';
import { ENGINE_INFO } from './raw-engine.js';

interface RunningRequest {
  readonly request: EngineRequest;
  produced: number;
}

/** An engine core whose model counts: each step gives every running request its next token, 0, 1, 2, … up to `maxTokens`. One step a turn. */
export class CountingCore implements EngineCore {
  readonly info: EngineCoreInfo = ENGINE_INFO;
  /** Ids in the order of their ADD. */
  readonly added: string[] = [];
  readonly aborted: string[] = [];
  private readonly running = new Map<string, RunningRequest>();
  private outputs: (step: EngineCoreStep) => void = () => undefined;
  private death: (reason: string) => void = () => undefined;
  private next: NodeJS.Immediate | undefined;
  private steps = 0;

  onOutputs(listener: (step: EngineCoreStep) => void): void {
    this.outputs = listener;
  }

  onDeath(listener: (reason: string) => void): void {
    this.death = listener;
  }

  add(request: EngineRequest): void {
    this.added.push(request.requestId);
    this.running.set(request.requestId, { request, produced: 0 });
    this.next ??= setImmediate(() => this.step());
  }

  abort(requestIds: readonly string[]): void {
    for (const requestId of requestIds) {
      this.aborted.push(requestId);
      this.running.delete(requestId);
    }
  }

  utility(method: string, args: readonly unknown[]): unknown {
    switch (method) {
      case 'get_supported_tasks':
        return ['generate'];
      case 'is_sleeping':
        return false;
      case 'echo':
        return args;
      default:
        throw new Error(`no method ${method} in /usr/lib/engine`);
    }
  }

  close(): Promise<void> {
    clearImmediate(this.next);
    const outputs = [...this.running.values()].map(({ request: { requestId, clientIndex = 0 } }) => {
      return { requestId, newTokenIds: [], finishReason: 'abort' as const, clientIndex };
    });
    this.running.clear();
    this.outputs({ outputs, timestamp: ++this.steps });
    return Promise.resolve();
  }

  die(reason: string): void {
    clearImmediate(this.next);
    this.death(reason);
  }

  private step(): void {
    const outputs = [...this.running.values()].map((running) => this.nextToken(running));
    this.next = this.running.size > 0 ? setImmediate(() => this.step()) : undefined;
    this.outputs({ outputs, timestamp: ++this.steps, schedulerStats: this.stats() });
  }

  private nextToken(running: RunningRequest): EngineOutput & { readonly clientIndex: number } {
    const { request, produced } = running;
    running.produced++;
    const ends = running.produced === request.sampling.maxTokens;
    if (ends) {
      this.running.delete(request.requestId);
    }
    return {
      requestId: request.requestId,
      newTokenIds: [produced],
      finishReason: ends ? 'length' : undefined,
      clientIndex: request.clientIndex ?? 0,
    };
  }

  private stats(): SchedulerStats {
    return {
      numRunningReqs: this.running.size,
      numWaitingReqs: 0,
      numSkippedWaitingReqs: 0,
      stepCounter: this.steps,
      currentWave: 0,
      kvCacheUsage: 0,
      prefixCacheStats: { reset: false, requests: 0, queries: 0, hits: 0 },
    };
  }
}
