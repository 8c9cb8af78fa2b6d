import { OverloadedError, UnavailableError } from '@app/errors';
import type { Engine } from '@app/engine-protocol';
import type { RejectionReason } from '@app/metrics';

export interface AdmissionLimits {
  /** Requests that may wait in the engines' queues; undefined = no limit. */
  readonly maxQueuedRequests?: number | undefined;
  /** Prompt tokens that may wait for their prefill, as far as this process has sent them; undefined = no limit. */
  readonly maxQueuedTokens?: number | undefined;
  /** Hears of every refused request. */
  readonly onRejection?: ((reason: RejectionReason) => void) | undefined;
}

const REJECTIONS: Readonly<Record<RejectionReason, string>> = {
  max_num_queued_reqs:
    'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.',
  max_num_queued_tokens:
    'The engine has reached its prefill token backlog limit. Please try again later or on a different instance.',
};

/** Says no before work is done for a request that would only wait: asked by a family after the model check, before it renders or tokenises. */
export class Admission {
  private readonly waitingByEngine = new Map<number, number>();
  private admittedSinceStats = 0;
  private draining = false;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly engine: Pick<Engine, 'health' | 'onSchedulerStats' | 'workload'>,
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
    const rejection = this.fullQueue();
    if (rejection) {
      this.limits.onRejection?.(rejection);
      throw new OverloadedError(REJECTIONS[rejection]);
    }
    this.admittedSinceStats += 1;
  }

  /** Why the next request would be refused; undefined when the queues have room. */
  get overload(): string | undefined {
    const rejection = this.fullQueue();
    return rejection && REJECTIONS[rejection];
  }

  /** From now on every request is told to go elsewhere. */
  drain(): void {
    this.draining = true;
  }

  close(): void {
    this.unsubscribe();
  }

  private fullQueue(): RejectionReason | undefined {
    const { requests, prefillTokens } = this.engine.workload;
    // What engines said of their queues before the last request went may never be corrected.
    if (requests === 0) return undefined;
    const { maxQueuedRequests = Infinity, maxQueuedTokens = Infinity } = this.limits;
    const waiting = [...this.waitingByEngine.values()].reduce((sum, count) => sum + count, 0);
    // What was let in since the engines last reported is not in their numbers yet; some of it runs at once.
    if (waiting > 0 && waiting + this.admittedSinceStats >= maxQueuedRequests) return 'max_num_queued_reqs';
    return prefillTokens >= maxQueuedTokens ? 'max_num_queued_tokens' : undefined;
  }
}
