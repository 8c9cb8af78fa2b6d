import type { Engine } from '@app/engine-protocol';

/** Whether this process can answer: what probes ask, and what an error answer depends on. */
export class EngineState {
  private leaving = false;

  constructor(private readonly engine: Pick<Engine, 'health'>) {}

  get engineDead(): boolean {
    return this.engine.health.state === 'dead';
  }

  /** True once the process was told to end: probes fail, so that no new traffic comes. */
  get draining(): boolean {
    return this.leaving;
  }

  /** Why a probe must fail; undefined when all is well. */
  get fault(): string | undefined {
    const { health } = this.engine;
    if (health.state !== 'running') {
      return health.reason;
    }
    return this.leaving ? 'the server is shutting down' : undefined;
  }

  drain(): void {
    this.leaving = true;
  }
}
