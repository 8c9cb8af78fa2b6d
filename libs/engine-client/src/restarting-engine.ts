import { setTimeout as delay } from 'node:timers/promises';
import { Engine } from '@app/engine-protocol';
import type {
  EngineFaultStatus,
  EngineHealth,
  EngineInfo,
  EngineRequest,
  EngineScaling,
  EngineWorkload,
  LoraRequest,
  OutputSink,
  ScaleOptions,
  UtilityOptions,
} from '@app/engine-protocol';
import { UnavailableError } from '@app/errors';
import { silentLogger } from '@app/logging';
import type { Logger } from '@app/logging';
import { DeathNotice } from './liveness/death-notice.js';
import type { DeathListener } from './liveness/death-notice.js';
import { SchedulerStatsFeed } from './outputs/scheduler-stats-feed.js';
import type { SchedulerStatsListener } from './outputs/scheduler-stats-feed.js';
import { RestartSchedule } from './restart-schedule.js';
import type { RestartLimits } from './restart-schedule.js';

export interface RestartOptions extends RestartLimits {
  /** Starts the engine, or waits for it to come back. The signal aborts when nobody wants it any more. */
  readonly connect: (signal: AbortSignal) => Promise<Engine>;
  readonly logger?: Logger | undefined;
}

/**
 * An engine that is started again when it dies. What runs then fails as on any death; until the successor is ready requests are refused.
 * It dies for good when it cannot be brought back, or comes back as another: with less context, or other tasks.
 */
export class RestartingEngine extends Engine {
  readonly info: EngineInfo;
  readonly supportedTasks: readonly string[];

  private readonly logger: Logger;
  private readonly death: DeathNotice;
  private readonly stats: SchedulerStatsFeed;
  private readonly schedule: RestartSchedule;
  private readonly closing = new AbortController();
  private restarting: { readonly reason: string; readonly over: Promise<void> } | undefined;

  private constructor(
    private readonly options: RestartOptions,
    private engine: Engine,
  ) {
    super();
    this.info = engine.info;
    this.supportedTasks = engine.supportedTasks;
    this.logger = options.logger ?? silentLogger;
    this.death = new DeathNotice(this.logger);
    this.stats = new SchedulerStatsFeed(this.logger);
    this.schedule = new RestartSchedule(options);
    this.watch();
  }

  /** The first start is not repeated: an engine that never worked is a mistake of the configuration. Rejects as `connect` does. */
  static async start(options: RestartOptions, signal: AbortSignal): Promise<RestartingEngine> {
    return new RestartingEngine(options, await options.connect(signal));
  }

  /** That of the start, after a restart. */
  get engineCount(): number {
    return this.engine.engineCount;
  }

  get startRank(): number {
    return this.engine.startRank;
  }

  get scaling(): EngineScaling {
    return this.engine.scaling;
  }

  get workload(): EngineWorkload {
    return this.engine.workload;
  }

  get faultStatuses(): readonly EngineFaultStatus[] {
    return this.engine.faultStatuses;
  }

  get health(): EngineHealth {
    if (this.death.health.state === 'dead') return this.death.health;
    return this.restarting === undefined ? this.engine.health : { state: 'restarting', reason: this.restarting.reason };
  }

  add(request: EngineRequest, sink: OutputSink): void {
    this.mustServe();
    this.engine.add(request, sink);
  }

  abort(requestIds: readonly string[]): void {
    this.engine.abort(requestIds);
  }

  async callEach(method: string, args: readonly unknown[], options?: UtilityOptions): Promise<readonly unknown[]> {
    this.mustServe();
    return this.engine.callEach(method, args, options);
  }

  async addLora(lora: LoraRequest): Promise<void> {
    this.mustServe();
    await this.engine.addLora(lora);
  }

  async scaleTo(engineCount: number, options?: ScaleOptions): Promise<void> {
    this.mustServe();
    await this.engine.scaleTo(engineCount, options);
  }

  onSchedulerStats(listener: SchedulerStatsListener): () => void {
    return this.stats.subscribe(listener);
  }

  /** Of the death that is final. */
  onDeath(listener: DeathListener): () => void {
    return this.death.subscribe(listener);
  }

  async close(options?: { readonly drainTimeoutMs?: number }): Promise<void> {
    this.closing.abort();
    await this.restarting?.over;
    await this.engine.close(options);
  }

  private mustServe(): void {
    if (this.restarting !== undefined) {
      throw new UnavailableError('The engine is being restarted. Please retry.');
    }
  }

  private watch(): void {
    this.engine.onSchedulerStats((engineIndex, stats) => this.stats.publish(engineIndex, stats));
    this.engine.onDeath((reason) => {
      if (!this.closing.signal.aborted) {
        this.restarting = { reason, over: this.restart(reason).catch((error) => this.giveUp(String(error))) };
      }
    });
  }

  private async restart(reason: string): Promise<void> {
    this.schedule.died();
    await this.engine.close();
    const successor = await this.bringBack(reason);
    if (successor === undefined) return;
    this.engine = successor;
    this.schedule.started();
    this.restarting = undefined;
    this.watch();
    this.logger.warn({ reason }, 'the engine was restarted and serves again');
  }

  /** Undefined when it is given up, or nobody wants it any more. */
  private async bringBack(reason: string): Promise<Engine | undefined> {
    const { signal } = this.closing;
    let lastError = reason;
    for (let pauseMs = this.schedule.nextDelayMs(); pauseMs !== undefined; pauseMs = this.schedule.nextDelayMs()) {
      try {
        await delay(pauseMs, undefined, { signal });
        this.logger.warn({ reason: lastError, attempt: this.schedule.attempt }, 'starting the engine again');
        const successor = await this.options.connect(signal);
        const difference = this.difference(successor);
        if (difference === undefined) return successor;
        await successor.close();
        this.giveUp(`the engine came back with ${difference}`);
        return undefined;
      } catch (error) {
        if (signal.aborted) return undefined;
        lastError = error instanceof Error ? error.message : String(error);
      }
    }
    this.giveUp(`the engine could not be restarted: ${lastError}`);
    return undefined;
  }

  /** What this server was built for must still hold. */
  private difference({ info, supportedTasks }: Engine): string | undefined {
    if (info.maxModelLen < this.info.maxModelLen) {
      return `a context of ${info.maxModelLen} tokens instead of ${this.info.maxModelLen}`;
    }
    const tasks = new Set(supportedTasks);
    return this.supportedTasks.every((task) => tasks.has(task))
      ? undefined
      : `the tasks ${supportedTasks.join(', ')} instead of ${this.supportedTasks.join(', ')}`;
  }

  private giveUp(reason: string): void {
    this.death.declare(reason);
    this.death.announce();
  }
}
