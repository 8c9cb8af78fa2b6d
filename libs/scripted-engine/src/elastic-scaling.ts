import { isReleaseFrom } from '@app/engine-protocol';
import type { EngineServer } from '@app/engine-server';
import type { UtilityAnswer } from './utilities.js';

/** A new rank in a reconfiguration: keep the old one, or end. */
const KEEP_RANK = -1;
const SHUT_DOWN = -2;

/** The call id of what nobody asked for. */
const NOTIFICATION = -1;

/**
 * The calls by which a front end changes the number of engines (engine protocol §10). Until 0.26 a reconfiguration happens at once; from 0.27
 * it is prepared, answered with a key, and happens when it is committed.
 */
export class ElasticScaling {
  private prepared: (() => void) | undefined;
  private server: EngineServer | undefined;

  constructor(
    private rank: number,
    private readonly release: string,
  ) {}

  /** The engine is on the wire. */
  attach(server: EngineServer): void {
    this.server = server;
  }

  /** Undefined for a call that is of no interest here. */
  answer(method: string, [request]: readonly unknown[]): UtilityAnswer | undefined {
    switch (method) {
      case 'reinitialize_distributed':
        return this.prepare(request);
      case 'commit_prepared_elastic_ep':
        return this.commit();
      default:
        return undefined;
    }
  }

  private prepare(request: unknown): UtilityAnswer {
    const rank = newRankOf(request);
    if (rank === undefined) return { failure: 'new_data_parallel_rank must be -2, -1 or a rank' };
    this.prepared = () => this.reconfigure(rank);
    if (isReleaseFrom('0.27', this.release)) return { result: `elastic_ep_ready_${this.rank}` };
    return this.commit();
  }

  private commit(): UtilityAnswer {
    const { prepared } = this;
    if (prepared === undefined) return { failure: 'nothing was prepared' };
    this.prepared = undefined;
    // After the answer.
    setImmediate(prepared);
    return { result: null };
  }

  private reconfigure(newRank: number): void {
    if (newRank === SHUT_DOWN) {
      this.notify('SHUTDOWN_COMPLETE');
      void this.server?.close();
      return;
    }
    if (newRank !== KEEP_RANK) this.rank = newRank;
    this.notify('RECONFIGURE_FINISHED');
  }

  private notify(type: string): void {
    this.server?.notify({ callId: NOTIFICATION, result: [type, this.rank] });
  }
}

function newRankOf(request: unknown): number | undefined {
  const { new_data_parallel_rank: rank } = (request ?? {}) as { readonly new_data_parallel_rank?: unknown };
  return Number.isSafeInteger(rank) && Number(rank) >= SHUT_DOWN ? Number(rank) : undefined;
}
