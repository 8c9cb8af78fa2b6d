import { InvalidRequestError, UnavailableError, UnsupportedError } from '@app/errors';
import { DrainTimeoutError, isReleaseFrom, reconfigurationArgument } from '@app/engine-protocol';
import type {
  ElasticNotification,
  EngineScaling,
  Reconfiguration,
  ScaleOptions,
  ScalingPhase,
} from '@app/engine-protocol';
import { ElasticNotifications } from './elastic-notifications.js';
import type { Rendezvous } from './rendezvous.js';
import { SteppedWork } from './stepped-work.js';

/** Ranks are two bytes on the wire. */
const MAX_ENGINES = 0x1_0000;

/** What scaling needs of the client of the engines. */
export interface ElasticDeployment {
  /** vLLM release of the engines, as layouts name it. */
  readonly release: string;
  readonly engineCount: number;
  /** A utility call of one engine; rejects when the engine refuses it or dies. */
  call(engine: number, method: string, args: readonly unknown[]): Promise<unknown>;
  openRendezvous(): Promise<Rendezvous>;
  /** Whether no request is in flight, after `timeoutMs` at the latest. */
  drained(timeoutMs: number): Promise<boolean>;
  /** Resolves when the engines up to `engineCount` have registered; launches them, or waits for somebody else to. `place` belongs in their INIT. */
  joined(engineCount: number, place: Rendezvous['place']): Promise<void>;
  /** From now on requests go to the first `engineCount` engines only, and the end of the others is no death. */
  stopRouting(engineCount: number): void;
  /** The deployment now has so many engines: routes to all of them, forgets those beyond, tells the coordinator. */
  resized(engineCount: number): void;
  /** The change has failed: whoever joins is sent away. Once it was being committed, nobody knows what the engines are at: they are lost. */
  failed(reason: string, isCommitting: boolean): void;
}

/**
 * Elastic expert parallelism: changes the number of engine cores of a running mixture-of-experts deployment (engine protocol §10). Engines
 * until 0.26 change over as soon as they are told; later ones prepare first, and change over together, paused.
 */
export class ElasticScaling {
  private current: EngineScaling = { type: 'steady' };
  private work: SteppedWork | undefined;
  private notifications = new ElasticNotifications();

  constructor(
    private readonly deployment: ElasticDeployment,
    /** For a whole change, model loading of new engines included; draining comes on top. */
    private readonly timeoutMs: number,
    /** Engines keep the connection to the latest one. */
    private rendezvous?: Rendezvous,
  ) {}

  get state(): EngineScaling {
    return this.current;
  }

  /**
   * Grows or shrinks to so many engines; nothing to do if there are as many. Throws `InvalidRequestError` for an impossible number,
   * `UnsupportedError` for engines before 0.19, `DrainTimeoutError` when requests stay in flight (another try is free then),
   * `UnavailableError` while another change is under way, when this one fails, and ever after.
   */
  async scaleTo(engineCount: number, { drainTimeoutMs = 0 }: ScaleOptions = {}): Promise<void> {
    this.mustBeSteady();
    mustBeEngineCount(engineCount);
    const { release, engineCount: before } = this.deployment;
    if (engineCount === before) {
      return;
    }
    if (!isReleaseFrom('0.19', release)) {
      throw new UnsupportedError(`Engines of vLLM ${release} cannot change their number; 0.19 and later can.`);
    }
    const work = new SteppedWork(this.timeoutMs + drainTimeoutMs);
    this.work = work;
    this.notifications = new ElasticNotifications();
    try {
      this.enter('draining', engineCount);
      await this.drain(work, drainTimeoutMs);
      this.enter('preparing', engineCount);
      await (engineCount > before ? this.grow(work, engineCount) : this.shrink(work, engineCount));
      this.current = { type: 'steady' };
    } catch (error) {
      throw this.toFailure(error, `Scaling from ${before} to ${engineCount} engines failed while ${work.underWay}`);
    } finally {
      work.end();
      this.work = undefined;
    }
  }

  /** What an engine said unasked; without meaning unless a change is under way. */
  notified(notification: ElasticNotification): void {
    if (this.current.type === 'scaling') {
      this.notifications.add(notification);
    }
  }

  /** Fails the change under way at once: the engines are dead. */
  interrupt(reason: string): void {
    this.work?.interrupt(reason);
  }

  close(): void {
    this.interrupt('the client is closed');
    this.rendezvous?.close();
  }

  private enter(phase: ScalingPhase, engineCount: number): void {
    this.current = { type: 'scaling', phase, engineCount };
  }

  private async drain(work: SteppedWork, timeoutMs: number): Promise<void> {
    if (timeoutMs > 0 && !(await work.step('draining', this.deployment.drained(timeoutMs)))) {
      throw new DrainTimeoutError(timeoutMs);
    }
  }

  private toFailure(cause: unknown, attempt: string): UnavailableError {
    if (cause instanceof DrainTimeoutError) {
      this.current = { type: 'steady' };
      return cause;
    }
    const isCommitting = this.current.type === 'scaling' && this.current.phase === 'committing';
    const reason = `${attempt}: ${cause instanceof Error ? cause.message : String(cause)}`;
    this.current = { type: 'failed', reason };
    this.deployment.failed(reason, isCommitting);
    return new UnavailableError(reason, { cause });
  }

  private async grow(work: SteppedWork, after: number): Promise<void> {
    const { deployment, notifications } = this;
    const old = ranks(0, deployment.engineCount);
    const joining = ranks(deployment.engineCount, after);
    const meeting = await work.step('opening a meeting place', this.meet());
    if (!this.preparesFirst) this.enter('committing', after);
    const joined = deployment.joined(after, meeting.place);
    joined.catch((error) => work.interrupt(`the new engines failed: ${String(error)}`));
    const argument = this.argument(meeting, after, 'keep');
    const answers = await work.step('telling the engines', this.callEach(old, 'reinitialize_distributed', argument));
    if (this.preparesFirst) {
      await work.step(
        'waiting for engines to be prepared',
        meeting.wait([...answers.map(String), ...joining.map((rank) => `eep_ready/${rank}`)]),
      );
      this.enter('committing', after);
      await this.changeOver(work, old);
      await work.step('waiting for new engines to register', joined);
    } else {
      for (const type of ['NEW_CORE_ENGINES_INIT_READY', 'NEW_CORE_ENGINES_WEIGHTS_INIT_READY'] as const) {
        await work.step('waiting for new engines to be ready', notifications.from(joining.length, type));
        await work.step('telling the engines', this.callEach(old, 'eep_handle_engine_core_notification', type));
      }
      await work.step('waiting for new engines to register', joined);
      await work.step('waiting for engines to change over', notifications.from(1, 'RECONFIGURE_FINISHED'));
    }
    deployment.resized(after);
    await this.resume(work, after);
  }

  private async shrink(work: SteppedWork, after: number): Promise<void> {
    const { deployment, notifications } = this;
    const staying = ranks(0, after);
    const leaving = ranks(after, deployment.engineCount);
    const meeting = await work.step('opening a meeting place', this.meet());
    const prepare = () => this.callEach(staying, 'reinitialize_distributed', this.argument(meeting, after, 'keep'));
    const dismiss = () =>
      this.callEach(leaving, 'reinitialize_distributed', this.argument(meeting, after, 'shut-down'));
    if (this.preparesFirst) {
      const keys = await work.step('telling the engines', prepare());
      await work.step('waiting for engines to be prepared', meeting.wait(keys.map(String)));
      this.enter('committing', after);
      deployment.stopRouting(after);
      await this.changeOver(work, staying, { leaving, dismiss });
    } else {
      this.enter('committing', after);
      deployment.stopRouting(after);
      await work.step('telling the engines', Promise.all([prepare(), dismiss()]));
      await work.step('waiting for engines to change over', notifications.from(1, 'RECONFIGURE_FINISHED'));
    }
    await work.step('waiting for engines to shut down', notifications.from(leaving.length, 'SHUTDOWN_COMPLETE'));
    deployment.resized(after);
    await this.resume(work, after);
  }

  /**
   * Engines pause by agreement, so all of them are told at once. Those that stay finish what runs first: some warm up again through the same
   * memory. New requests wait in their queues.
   */
  private async changeOver(work: SteppedWork, staying: readonly number[], departure = NOBODY_LEAVES): Promise<void> {
    const pauses = [
      this.callEach(staying, 'pause_scheduler', 'wait', false),
      this.callEach(departure.leaving, 'pause_scheduler', 'abort', false),
    ];
    await work.step('pausing the engines', Promise.all(pauses));
    const orders = [this.callEach(staying, 'commit_prepared_elastic_ep'), departure.dismiss()];
    await work.step('telling the engines to change over', Promise.all(orders));
    await work.step('waiting for engines to change over', this.notifications.from(1, 'RECONFIGURE_FINISHED'));
  }

  private async resume(work: SteppedWork, engineCount: number): Promise<void> {
    if (this.preparesFirst) {
      await work.step('resuming the engines', this.callEach(ranks(0, engineCount), 'resume_scheduler'));
    }
  }

  private async meet(): Promise<Rendezvous> {
    this.rendezvous?.close();
    this.rendezvous = await this.deployment.openRendezvous();
    return this.rendezvous;
  }

  private argument({ place }: Rendezvous, engineCount: number, rank: Reconfiguration['rank']): unknown {
    const reconfiguration = { ...place, dataParallelSize: engineCount, rank, localRank: 'keep' } as const;
    return reconfigurationArgument(reconfiguration, this.deployment.release);
  }

  private callEach(engines: readonly number[], method: string, ...args: readonly unknown[]): Promise<unknown[]> {
    return Promise.all(engines.map((engine) => this.deployment.call(engine, method, args)));
  }

  private get preparesFirst(): boolean {
    return isReleaseFrom('0.27', this.deployment.release);
  }

  private mustBeSteady(): void {
    if (this.current.type === 'scaling') {
      throw new UnavailableError(`The deployment is being scaled to ${this.current.engineCount} engines.`);
    }
    if (this.current.type === 'failed') {
      throw new UnavailableError(`The number of engines cannot be changed any more. ${this.current.reason}`);
    }
  }
}

interface Departure {
  readonly leaving: readonly number[];
  dismiss(): Promise<unknown>;
}

const NOBODY_LEAVES: Departure = { leaving: [], dismiss: () => Promise.resolve() };

function ranks(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function mustBeEngineCount(engineCount: number): void {
  if (!Number.isInteger(engineCount) || engineCount < 1 || engineCount > MAX_ENGINES) {
    throw new InvalidRequestError(`new_data_parallel_size must be an integer from 1 to ${MAX_ENGINES}.`, {
      param: 'new_data_parallel_size',
      value: engineCount,
    });
  }
}
