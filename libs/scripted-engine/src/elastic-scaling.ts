import { isReleaseFrom } from '@app/engine-protocol';
import type { UtilityAnswer } from './utilities.js';

export interface ElasticScalingOptions {
  readonly rank: number;
  readonly release: string;
  /** Tells client 0 what nobody asked for. */
  readonly notify: (value: readonly [type: string, rank: number]) => void;
  readonly shutDown: () => void;
}

/** A new rank in a reconfiguration: keep the old one, or end. */
const KEEP_RANK = -1;
const SHUT_DOWN = -2;

/**
 * The calls by which a front end changes the number of engines (engine protocol §10). Until 0.26 a reconfiguration happens at once; from 0.27
 * it is prepared, answered with a key, and happens when it is committed.
 */
export class ElasticScaling {
  private prepared: (() => void) | undefined;
  private rank: number;

  constructor(private readonly options: ElasticScalingOptions) {
    this.rank = options.rank;
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
    if (isReleaseFrom('0.27', this.options.release)) return { result: `elastic_ep_ready_${this.rank}` };
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
    const { notify, shutDown } = this.options;
    if (newRank === SHUT_DOWN) {
      notify(['SHUTDOWN_COMPLETE', this.rank]);
      shutDown();
      return;
    }
    if (newRank !== KEEP_RANK) this.rank = newRank;
    notify(['RECONFIGURE_FINISHED', this.rank]);
  }
}

function newRankOf(request: unknown): number | undefined {
  const { new_data_parallel_rank: rank } = (request ?? {}) as { readonly new_data_parallel_rank?: unknown };
  return Number.isSafeInteger(rank) && Number(rank) >= SHUT_DOWN ? Number(rank) : undefined;
}
