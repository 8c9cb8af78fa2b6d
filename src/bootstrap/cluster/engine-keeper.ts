import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@app/logging';
import type { PlannedEngineGroup } from '@server/engine/engine-group';
import { newRestartSchedule } from '@server/engine/engine-group';
import { EngineDeath } from './engine-death.js';
import type { WorkerPool } from './worker-pool.js';

type EngineGroup = Awaited<ReturnType<PlannedEngineGroup['start']>>;

export interface EngineKeeperOptions {
  readonly plan: PlannedEngineGroup;
  readonly pool: Pick<WorkerPool, 'endEngines' | 'awaitingEngines'>;
  /** Engines that ended are started again. */
  readonly restarts: boolean;
  readonly logger: Logger;
  /** Ends the keeping. */
  readonly signal: AbortSignal;
}

/** The engines of several API servers, for as long as the server runs: one group, or with `--engine-restart` one after the other. */
export class EngineKeeper {
  private group: EngineGroup | undefined;
  private death = new EngineDeath();

  constructor(private readonly options: EngineKeeperOptions) {}

  /** Starts the first group. Throws as `connectEngine` does. */
  async start(signal: AbortSignal): Promise<void> {
    this.group = await this.options.plan.start(signal);
    void this.group.ended.then((reason) => this.died(reason));
  }

  /** A worker found them dead, or their launcher did. */
  died(reason: string): void {
    this.death.declare(reason);
  }

  /** Resolves with the reason when the engines have ended for good; workers refuse requests then. */
  async keep(): Promise<string> {
    const { pool, restarts, logger } = this.options;
    const schedule = newRestartSchedule();
    let reason = await this.death.declared;
    for (;;) {
      schedule.died();
      pool.endEngines(reason);
      const delayMs = restarts ? schedule.nextDelayMs() : undefined;
      if (delayMs === undefined || this.options.signal.aborted) return reason;
      logger.error({ reason, attempt: schedule.attempt, delayMs }, 'the engine died and is started again');
      try {
        await this.replace(delayMs);
        schedule.started();
        logger.warn({ reason }, 'the engine was restarted and serves again');
        reason = await this.death.declared;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
    }
  }

  async stop(): Promise<void> {
    await this.group?.stop();
  }

  /** Nobody may take the new engines for the old ones: they come when every worker has let go. */
  private async replace(delayMs: number): Promise<void> {
    const { pool, signal } = this.options;
    await this.group?.stop();
    this.group = undefined;
    await pause(delayMs, undefined, { signal });
    await pool.awaitingEngines();
    this.death = new EngineDeath();
    await this.start(signal);
  }
}
