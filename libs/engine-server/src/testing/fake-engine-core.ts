import type { EngineCore, EngineCoreInfo, EngineCoreStep, EngineRequest } from '@app/engine-protocol';

export const CORE_INFO: EngineCoreInfo = {
  maxModelLen: 2048,
  numGpuBlocks: 64,
  blockSize: 16,
  dtype: 'float32',
  worldSize: 1,
  dataParallelSize: 1,
  maxNumSeqs: 8,
  supportsLora: false,
  maxNumBatchedTokens: 2048,
};

/** An engine core that does nothing by itself: it records what it is told, and the test makes it speak. */
export class FakeEngineCore implements EngineCore {
  readonly info = CORE_INFO;
  readonly added: EngineRequest[] = [];
  readonly aborted: (readonly string[])[] = [];
  readonly calls: (readonly [method: string, args: readonly unknown[]])[] = [];
  closed = false;
  /** Answers of `utility` by method; what is missing throws. */
  readonly methods = new Map<string, (...args: unknown[]) => unknown>();
  /** Called for each request, after it is recorded. */
  onAdd: ((request: EngineRequest) => void) | undefined;
  private outputs: (step: EngineCoreStep) => void = () => undefined;
  private death: (reason: string) => void = () => undefined;

  onOutputs(listener: (step: EngineCoreStep) => void): void {
    this.outputs = listener;
  }

  onDeath(listener: (reason: string) => void): void {
    this.death = listener;
  }

  add(request: EngineRequest): void {
    this.added.push(request);
    this.onAdd?.(request);
  }

  abort(requestIds: readonly string[]): void {
    this.aborted.push(requestIds);
  }

  utility(method: string, args: readonly unknown[]): unknown {
    this.calls.push([method, args]);
    const implementation = this.methods.get(method);
    if (!implementation) throw new Error(`no method ${method}`);
    return implementation(...args);
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  emit(step: EngineCoreStep): void {
    this.outputs(step);
  }

  die(reason: string): void {
    this.death(reason);
  }
}
