import type { EngineCore, EngineCoreStep } from '@app/engine-protocol';

type StepOutput = EngineCoreStep['outputs'][number];

/** Everything one request was given. */
export interface Answer {
  readonly tokenIds: readonly number[];
  readonly last: StepOutput;
  readonly outputs: readonly StepOutput[];
}

/** Listens to an engine core from its creation on, and lets a test wait for what happens. */
export class OutputLog {
  readonly steps: EngineCoreStep[] = [];
  private readonly outputs = new Map<string, StepOutput[]>();
  private readonly waiting: { isMet: () => boolean; resolve: () => void }[] = [];
  private death: string | undefined;

  constructor(private readonly core: EngineCore) {
    core.onOutputs((step) => this.take(step));
    core.onDeath((reason) => {
      this.death = reason;
      this.settle();
    });
  }

  /** Resolves with the whole answer once the request has ended. */
  async answer(requestId: string): Promise<Answer> {
    await this.until(() => this.outputsOf(requestId).at(-1)?.finishReason !== undefined);
    const outputs = this.outputsOf(requestId);
    return { tokenIds: outputs.flatMap(({ newTokenIds }) => newTokenIds), last: outputs[outputs.length - 1], outputs };
  }

  /** Runs one request alone and resolves with its answer. */
  run(request: Parameters<EngineCore['add']>[0]): Promise<Answer> {
    this.core.add(request);
    return this.answer(request.requestId);
  }

  outputsOf(requestId: string): readonly StepOutput[] {
    return this.outputs.get(requestId) ?? [];
  }

  /** Resolves with the engine's reason once it is dead. */
  async dead(): Promise<string> {
    await this.until(() => false, 'death');
    return this.death ?? '';
  }

  /** Resolves once a condition over the outputs holds; rejects when the engine dies first. */
  async until(isMet: () => boolean, event: 'condition' | 'death' = 'condition'): Promise<void> {
    if (!isMet() && this.death === undefined) {
      await new Promise<void>((resolve) => this.waiting.push({ isMet, resolve }));
    }
    if (event === 'condition' && this.death !== undefined) {
      throw new Error(`the engine died: ${this.death}`);
    }
  }

  private take(step: EngineCoreStep): void {
    this.steps.push(step);
    for (const output of step.outputs) {
      this.outputs.set(output.requestId, [...this.outputsOf(output.requestId), output]);
    }
    this.settle();
  }

  private settle(): void {
    for (const waiter of this.waiting.splice(0)) {
      if (waiter.isMet() || this.death !== undefined) {
        waiter.resolve();
      } else {
        this.waiting.push(waiter);
      }
    }
  }
}
