import { checkRun, type ModelValues } from './check-run.js';
import type { OnnxSession, Tensor, ValueInfo } from './onnx-runtime.js';
import { OnnxRuntimeError, RunTerminatedError } from './onnx-runtime-error.js';

export type Tensors = Readonly<Record<string, Tensor>>;

/** What every backend's session has in common: checked arguments, one run at a time, a release that waits. */
export abstract class SingleRunSession implements OnnxSession {
  private readonly values: ModelValues;
  private running: Promise<void> | undefined;
  private terminated = false;
  private released: Promise<void> | undefined;

  protected constructor(
    readonly inputs: readonly ValueInfo[],
    readonly outputs: readonly ValueInfo[],
  ) {
    this.values = { inputs: byName(inputs), outputs: byName(outputs) };
  }

  /** Runs the graph over arguments that were checked. */
  protected abstract execute(inputs: Tensors, outputs: Tensors): Promise<void>;

  /** Asks the run in progress to end early, where the backend can. */
  protected abstract interrupt(): void;

  protected abstract free(): Promise<void>;

  async run(inputs: Tensors, outputs: Tensors): Promise<void> {
    if (this.released) {
      throw new OnnxRuntimeError('the session is released');
    }
    if (this.running) {
      throw new OnnxRuntimeError('the session has a run in progress');
    }
    checkRun(this.values, inputs, outputs);
    this.terminated = false;
    this.running = this.execute(inputs, outputs);
    try {
      await this.running;
    } catch (error) {
      throw this.terminated ? new RunTerminatedError({ cause: error }) : error;
    } finally {
      this.running = undefined;
    }
    if (this.terminated) {
      throw new RunTerminatedError();
    }
  }

  terminate(): void {
    if (this.running) {
      this.terminated = true;
      this.interrupt();
    }
  }

  release(): Promise<void> {
    this.released ??= this.freeWhenIdle();
    return this.released;
  }

  private async freeWhenIdle(): Promise<void> {
    // Whoever started the run gets its error; here only its end counts.
    await this.running?.catch(() => undefined);
    await this.free();
  }
}

function byName(values: readonly ValueInfo[]): ReadonlyMap<string, ValueInfo> {
  return new Map(values.map((value) => [value.name, value]));
}
