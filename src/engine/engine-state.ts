import type { Engine } from '@app/engine-protocol';

/** Whether this process can answer: what probes ask, and what an error answer depends on. */
export class EngineState {
  private leaving = false;
  private retiring = false;

  constructor(private readonly engine: Pick<Engine, 'health'>) {}

  get engineDead(): boolean {
    return this.engine.health.state === 'dead';
  }

  /** True once no connection is to be used again: their clients are asked to connect anew. */
  get endsConnections(): boolean {
    return this.leaving || this.retiring;
  }

  /** The service ends: probes fail. */
  get draining(): boolean {
    return this.leaving;
  }

  /** The service ends: probes fail, so that no new traffic comes. */
  drain(): void {
    this.leaving = true;
  }

  /** The process goes, the service stays: others serve the port. */
  retire(): void {
    this.retiring = true;
  }
}
