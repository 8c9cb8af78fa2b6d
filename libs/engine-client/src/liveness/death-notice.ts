import type { EngineHealth } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import { callListener } from '../outputs/call-listener.js';

export type DeathListener = (reason: string) => void;

/** Whether the engine lives. Dying is once and for ever; every listener hears of it once. */
export class DeathNotice {
  private state: EngineHealth = { state: 'running' };
  private readonly listeners = new Set<DeathListener>();

  constructor(private readonly logger: Logger) {}

  get health(): EngineHealth {
    return this.state;
  }

  /** `undefined` while the engine lives. */
  get reason(): string | undefined {
    return this.state.state === 'running' ? undefined : this.state.reason;
  }

  /** Returns false when the engine was dead already. */
  declare(reason: string): boolean {
    if (this.state.state === 'dead') {
      this.logger.debug({ reason }, 'more about the death of the engine');
      return false;
    }
    this.state = { state: 'dead', reason };
    this.logger.error({ reason }, 'engine is dead');
    return true;
  }

  /** Tells the listeners; separate from `declare`, so that requests fail first. */
  announce(): void {
    const { reason } = this;
    if (reason === undefined) {
      return;
    }
    for (const listener of [...this.listeners]) {
      if (this.listeners.delete(listener)) {
        callListener(this.logger, () => listener(reason));
      }
    }
  }

  /** A listener that comes after the death is told at the next opportunity. */
  subscribe(listener: DeathListener): () => void {
    this.listeners.add(listener);
    if (this.state.state === 'dead') {
      queueMicrotask(() => this.announce());
    }
    return () => void this.listeners.delete(listener);
  }
}
