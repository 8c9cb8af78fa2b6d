import { OverloadedError, UnavailableError } from '@app/errors';
import type { Engine } from '@app/engine-protocol';

export interface AdmissionLimits {
  /** Requests that may wait in the engines' queues; undefined = no limit. */
  readonly maxQueuedRequests?: number | undefined;
}

/** Says no before work is done for a request that would only wait: asked by a family after the model check, before it renders or tokenises. */
export class Admission {
  private readonly waitingByEngine = new Map<number, number>();
  private admittedSinceStats = 0;
  private draining = false;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly engine: Pick<Engine, 'health' | 'onSchedulerStats'>,
    private readonly limits: AdmissionLimits,
  ) {
    this.unsubscribe = engine.onSchedulerStats((engineIndex, { numWaitingReqs }) => {
      this.waitingByEngine.set(engineIndex, numWaitingReqs);
      this.admittedSinceStats = 0;
    });
  }

  /** Throws `UnavailableError` (no running engine, server going down) or `OverloadedError` (§1.9). */
  check(): void {
    const { health } = this.engine;
    if (health.state === 'restarting') {
      throw new UnavailableError('The engine is being restarted. Please try again later or on a different instance.');
    }
    if (health.state === 'dead') {
      throw new UnavailableError(health.reason);
    }
    if (this.draining) {
      throw new UnavailableError('The server is shutting down. Please retry on a different instance.');
    }
    const { maxQueuedRequests = Infinity } = this.limits;
    const waiting = [...this.waitingByEngine.values()].reduce((sum, count) => sum + count, 0);
    // What was let in since the engines last reported is not in their numbers yet; some of it runs at once.
    if (waiting > 0 && waiting + this.admittedSinceStats >= maxQueuedRequests) {
      throw new OverloadedError(
        'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.',
      );
    }
    this.admittedSinceStats += 1;
  }

  /** From now on every request is told to go elsewhere. */
  drain(): void {
    this.draining = true;
  }

  close(): void {
    this.unsubscribe();
  }
}
