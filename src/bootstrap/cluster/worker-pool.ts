import { EventEmitter, once } from 'node:events';
import { within } from '@app/async';
import { UnavailableError } from '@app/errors';
import type { Logger } from '@app/logging';
import type { Assignment, WorkerMessage } from './messages.js';
import { MetricsOfAll } from './metrics-of-all.js';
import { restartDelayMs } from './restart-delay.js';
import type { WorkerProcess } from './worker-process.js';

/** A worker that lives longer than this did not die of its start. */
const QUICK_DEATH_MS = 60_000;
/** Before all serve for the first time: so many quick deaths of one worker are no accident. */
const MAX_DEATHS_AT_START = 3;
/** For the last words, after the time a worker was given. */
const GRACE_MS = 5_000;
/** To close the sockets of engines that ended. */
const LET_GO_MS = 10_000;

export interface WorkerPoolOptions {
  readonly count: number;
  readonly fork: (onMessage: (message: WorkerMessage) => void) => WorkerProcess;
  readonly assignmentOf: (clientIndex: number) => Omit<Assignment, 'registrations'>;
  /** Awaited once, before the first worker listens. */
  readonly beforeListening: () => Promise<void>;
  /** A worker found the engine dead. */
  readonly onEngineDeath: (reason: string) => void;
  readonly logger: Logger;
}

/** What the engines said to a worker that joined them. */
type Joined = Extract<WorkerMessage, { readonly type: 'joined' }>;

interface Member {
  readonly index: number;
  readonly process: WorkerProcess;
  state: 'starting' | 'built' | 'serving' | 'leaving';
  /** It was told of the end of the engines and has not said yet that its sockets are free for others. */
  holdsOldEngines: boolean;
  /** Why its start failed, in its own words. */
  failure?: string;
}

/** Keeps one API server running at each client index: replaces who dies, renews all one after the other, ends all at once. */
export class WorkerPool {
  /** By client index. */
  private readonly members = new Map<number, Member>();
  private readonly metrics = new MetricsOfAll();
  /** Emits `change` when a worker is a step further, or the pool ends. */
  private readonly progress = new EventEmitter();
  private readonly keepers: Promise<void>[] = [];
  private joined: Joined | undefined;
  private portIsOpen: Promise<void> | undefined;
  private haveServed = false;
  private renewing: Promise<void> | undefined;
  private stopping = false;
  /** Resolves when nobody is to be replaced any more. */
  private readonly ended: Promise<void>;
  private resolveEnded!: () => void;
  private failure: string | undefined;

  constructor(private readonly options: WorkerPoolOptions) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
  }

  /** Resolves with the engine's tasks when every worker serves. Throws `UnavailableError` when one cannot be started. */
  async start(): Promise<readonly string[]> {
    for (let index = 0; index < this.options.count; index++) {
      this.keepers.push(this.keep(index));
    }
    await this.untilAll('serving');
    if (this.failure !== undefined) throw new UnavailableError(this.failure);
    this.haveServed = true;
    return this.joined?.tasks ?? [];
  }

  /**
   * One worker after the other leaves and is succeeded, so that others serve at any moment. Each may finish what it runs for
   * `drainTimeoutMs`; engines and the streams of the others go on. Who asks while it is under way asks for nothing more.
   */
  renew({ drainTimeoutMs }: { readonly drainTimeoutMs: number }): Promise<void> {
    this.renewing ??= this.renewAll(drainTimeoutMs).finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  /** Ends every worker: after `delayMs` nothing new is accepted, running answers get `drainTimeoutMs` to finish. */
  async stop({
    delayMs,
    drainTimeoutMs,
  }: {
    readonly delayMs: number;
    readonly drainTimeoutMs: number;
  }): Promise<void> {
    this.end();
    await Promise.all(
      [...this.members.values()].map((member) => {
        if (member.state === 'starting' || member.state === 'built') {
          member.process.kill();
          return member.process.ended;
        }
        member.process.send({ type: 'drain', delayMs, timeoutMs: drainTimeoutMs });
        return this.endOf(member, delayMs + drainTimeoutMs + GRACE_MS);
      }),
    );
    await Promise.all(this.keepers);
  }

  /** Tells every worker that the engines have ended. One that is only starting has nobody to serve, and begins anew. */
  endEngines(reason: string): void {
    this.joined = undefined;
    for (const member of this.members.values()) {
      if (member.state === 'starting') {
        member.process.kill();
      } else {
        member.holdsOldEngines = true;
        member.process.send({ type: 'engine-ended', reason });
      }
    }
  }

  /** Resolves when no worker holds on to the old engines, or the pool ends. Who does not let go in time is killed, and replaced. */
  async awaitingEngines(): Promise<void> {
    const killer = setTimeout(() => this.holders().forEach(({ process }) => process.kill()), LET_GO_MS);
    while (!this.stopping && this.holders().length > 0) await once(this.progress, 'change');
    clearTimeout(killer);
  }

  private holders(): readonly Member[] {
    return [...this.members.values()].filter((member) => member.holdsOldEngines);
  }

  private async renewAll(drainTimeoutMs: number): Promise<void> {
    this.options.logger.info({}, 'renewing the API servers');
    for (let index = 0; index < this.options.count; index++) {
      await this.untilAll('serving');
      const member = this.members.get(index);
      if (member === undefined || this.stopping) return;
      member.state = 'leaving';
      member.process.send({ type: 'retire', timeoutMs: drainTimeoutMs });
      await this.endOf(member, drainTimeoutMs + GRACE_MS);
    }
    await this.untilAll('serving');
    if (!this.stopping) this.options.logger.info({}, 'the API servers are renewed');
  }

  /** One life after the other, until the pool ends. */
  private async keep(index: number): Promise<void> {
    const { logger } = this.options;
    let quickDeaths = 0;
    while (!this.stopping) {
      const member = this.launch(index);
      const startedAt = performance.now();
      const end = await member.process.ended;
      this.metrics.remove(member.process);
      this.members.delete(index);
      this.progress.emit('change');
      if (this.stopping) return;
      if (member.state === 'leaving') {
        logger.info({ worker: index }, 'worker left');
        continue;
      }
      quickDeaths = performance.now() - startedAt < QUICK_DEATH_MS ? quickDeaths + 1 : 1;
      const reason = member.failure ?? `API server ${index} ${end}`;
      if (!this.haveServed && (member.failure !== undefined || quickDeaths === MAX_DEATHS_AT_START)) {
        this.failure = reason;
        this.end();
        return;
      }
      const delayMs = restartDelayMs(quickDeaths);
      logger.error({ worker: index, reason, delayMs }, 'worker died and will be replaced');
      await within(delayMs, this.ended);
    }
  }

  private launch(index: number): Member {
    const { fork, logger } = this.options;
    const process = fork((message) => this.take(member, message));
    const member: Member = { index, process, state: 'starting', holdsOldEngines: false };
    this.members.set(index, member);
    logger.debug({ worker: index, pid: process.pid }, 'worker started');
    return member;
  }

  private take(member: Member, message: WorkerMessage): void {
    const { process } = member;
    switch (message.type) {
      case 'hello':
        process.send({ type: 'assignment', assignment: this.assignmentOf(member) });
        return;
      case 'joined':
        this.joined = message;
        return;
      case 'awaiting-engines':
        member.holdsOldEngines = false;
        this.progress.emit('change');
        return;
      case 'built':
        this.advance(member, 'built');
        this.letListen();
        return;
      case 'serving':
        this.metrics.add(process);
        this.advance(member, 'serving');
        return;
      case 'failed':
        member.failure = message.reason;
        return;
      case 'engine-dead':
        this.options.onEngineDeath(message.reason);
        return;
      case 'metrics':
        this.metrics.take(process, message.snapshot);
        return;
      case 'metrics-page-wanted':
        this.metrics.page().then(
          (text) => process.send({ type: 'metrics-page', id: message.id, text }),
          (error: unknown) => this.options.logger.error({ error: String(error) }, 'metrics could not be merged'),
        );
        return;
    }
  }

  private assignmentOf({ index }: Member): Assignment {
    return { ...this.options.assignmentOf(index), registrations: this.joined?.registrations };
  }

  /** The port opens when everybody is there; who comes later finds it open. */
  private letListen(): void {
    if (this.portIsOpen === undefined && !this.areAll('built')) return;
    this.portIsOpen ??= this.options.beforeListening();
    void this.portIsOpen.then(() => {
      for (const { state, process } of this.members.values()) {
        if (state === 'built') process.send({ type: 'listen' });
      }
    });
  }

  private advance(member: Member, state: Member['state']): void {
    if (member.state === 'leaving') return;
    member.state = state;
    this.progress.emit('change');
  }

  private areAll(state: Member['state']): boolean {
    return (
      this.members.size === this.options.count && [...this.members.values()].every((member) => member.state === state)
    );
  }

  /** Or until the pool ends. */
  private async untilAll(state: Member['state']): Promise<void> {
    while (!this.stopping && !this.areAll(state)) await once(this.progress, 'change');
  }

  private end(): void {
    this.stopping = true;
    this.resolveEnded();
    this.progress.emit('change');
  }

  private async endOf({ index, process }: Member, timeoutMs: number): Promise<void> {
    const killer = setTimeout(() => {
      this.options.logger.warn({ worker: index, timeoutMs }, 'worker did not end in time and is killed');
      process.kill();
    }, timeoutMs);
    await process.ended;
    clearTimeout(killer);
  }
}
