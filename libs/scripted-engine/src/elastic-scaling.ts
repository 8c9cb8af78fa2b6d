import { isReleaseFrom } from '@app/engine-protocol';
import type { EngineInit } from '@app/engine-protocol';
import type { EngineServer } from '@app/engine-server';
import { setStoreKey } from './set-store-key.js';
import type { UtilityAnswer } from './utilities.js';

/** A new rank in a reconfiguration: keep the old one, or end. */
const KEEP_RANK = -1;
const SHUT_DOWN = -2;

/** The call id of what nobody asked for. */
const NOTIFICATION = -1;

/**
 * The calls by which a front end changes the number of engines (engine protocol §10). Until 0.26 a reconfiguration happens at once; from 0.27
 * it is prepared, answered with a key that the front end waits for in its store, and happens when it is committed; an engine that is to end does so.
 */
export class ElasticScaling {
  private prepared: (() => void) | undefined;
  private server: EngineServer | undefined;

  constructor(
    private rank: number,
    private readonly release: string,
  ) {}

  /** An engine that joins a running deployment is prepared when it has loaded. */
  started({ parallelConfig }: EngineInit): void {
    const { data_parallel_master_ip: host, _coord_store_port: port } = parallelConfig;
    if (this.preparesFirst) this.tellPrepared({ host, port }, `eep_ready/${this.rank}`);
  }

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
    if (!this.preparesFirst || rank === SHUT_DOWN) return this.commit();
    const key = `elastic_ep_ready_${this.rank}`;
    const { new_data_parallel_master_ip: host, coord_store_port: port } = request as Readonly<Record<string, unknown>>;
    this.tellPrepared({ host, port }, key);
    return { result: key };
  }

  private get preparesFirst(): boolean {
    return isReleaseFrom('0.27', this.release);
  }

  private tellPrepared({ host, port }: { readonly host: unknown; readonly port: unknown }, key: string): void {
    if (typeof host === 'string' && Number.isInteger(port) && Number(port) > 0 && Number(port) <= 0xffff) {
      setStoreKey({ host, port: Number(port) }, key);
    }
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
