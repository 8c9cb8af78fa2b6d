import { within } from '@app/async';
import { InternalError, InvalidRequestError, UnavailableError } from '@app/errors';
import {
  checkLora,
  Engine,
  isDeathSentinel,
  toElasticNotification,
  toFaultStatus,
  toLoraElements,
} from '@app/engine-protocol';
import type {
  EngineFaultStatus,
  EngineHealth,
  EngineInfo,
  EngineRequest,
  EngineScaling,
  EngineWorkload,
  LoraRequest,
  OutputSink,
  Registration,
  ScaleOptions,
  SchedulerStats,
  UtilityOptions,
  UtilityOutput,
} from '@app/engine-protocol';
import { silentLogger } from '@app/logging';
import type { Logger } from '@app/logging';
import { CoordinatorClient } from './coordinator/coordinator-client.js';
import { ClientDeployment } from './elastic-ep/client-deployment.js';
import type { ResizableClient } from './elastic-ep/client-deployment.js';
import { EngineSet } from './engine-set.js';
import { DeathNotice } from './liveness/death-notice.js';
import type { DeathListener } from './liveness/death-notice.js';
import { EngineFaults } from './liveness/engine-faults.js';
import { EngineLiveness } from './liveness/engine-liveness.js';
import { EngineProgress } from './liveness/engine-progress.js';
import { Interruptions } from './liveness/interruptions.js';
import { livenessLimits } from './liveness/liveness-limits.js';
import type { LivenessLimits } from './liveness/liveness-limits.js';
import { OutputDecoder } from './outputs/output-decoder.js';
import type { Mismatch } from './outputs/output-decoder.js';
import { SchedulerStatsFeed } from './outputs/scheduler-stats-feed.js';
import type { SchedulerStatsListener } from './outputs/scheduler-stats-feed.js';
import { failSink, sweepOutputs } from './outputs/sweep-outputs.js';
import { AbortBatch } from './requests/abort-batch.js';
import { LoadBalancer } from './requests/load-balancer.js';
import { RequestMessages } from './requests/request-messages.js';
import { RequestTable } from './requests/request-table.js';
import { UtilityCalls } from './requests/utility-calls.js';
import { attachEngines } from './start-up/attach-engines.js';
import type { AttachedEngines } from './start-up/attach-engines.js';
import { checkedNumbers } from './start-up/engine-client-options.js';
import type { CheckedNumbers, EngineClientOptions } from './start-up/engine-client-options.js';
import { isRegistration } from './start-up/is-registration.js';
import { mergeEngineInfo } from './start-up/merge-engine-info.js';
import type { RegisteredEngine } from './start-up/registrations.js';
import { DroppedMessages } from './transport/dropped-messages.js';
import { EngineOutbox } from './transport/engine-outbox.js';

/** Time for the last aborts to leave when the client closes. */
const LAST_SENDS_MS = 500;
const MAX_TICK_MS = 250;

interface ClientParts extends AttachedEngines {
  readonly numbers: CheckedNumbers;
  readonly limits: LivenessLimits;
  readonly maxModelLen?: number | undefined;
  readonly logger: Logger;
}

/** Engine cores in other processes, over vLLM's ZeroMQ and MessagePack protocol. The death of one is the death of all, as in vLLM. */
export class EngineClient extends Engine {
  private readonly logger: Logger;
  private readonly messages: RequestMessages;
  private readonly engines: EngineSet;
  private readonly decoder: OutputDecoder;
  /** On the input socket, where only registrations are expected. */
  private readonly strays: DroppedMessages;
  private readonly balancer: LoadBalancer;
  /** The engines are coordinated: it knows the load that all front ends make. */
  private readonly coordinator: CoordinatorClient | undefined;
  private readonly table: RequestTable;
  private readonly aborts: AbortBatch;
  private readonly calls: UtilityCalls;
  private readonly outbox: EngineOutbox;
  private readonly liveness: EngineLiveness;
  private readonly progress = new EngineProgress();
  private readonly ticker: NodeJS.Timeout;
  private readonly stats: SchedulerStatsFeed;
  private readonly death: DeathNotice;
  private readonly faults: EngineFaults;
  /** When the number of engines can be changed. */
  private readonly elastic: ClientDeployment | undefined;

  private merged: EngineInfo;
  private tasks: readonly string[] = [];
  private closing: Promise<void> | undefined;
  /** From here on the end of an engine is what we want. */
  private stopping = false;

  private constructor(private readonly parts: ClientParts) {
    super();
    const { engines, numbers, limits, link, ended, logger } = parts;
    this.logger = logger;
    const elastic = parts.elastic !== undefined;
    this.engines = new EngineSet(engines, { startRank: numbers.startRank, elastic });
    this.merged = mergeEngineInfo(registrationsOf(engines), parts.maxModelLen);
    this.messages = new RequestMessages(numbers.clientIndex);
    this.decoder = new OutputDecoder({
      engines: this.engines,
      onMismatch: (mismatch) => this.refuseLayout(mismatch),
      logger,
    });
    this.strays = new DroppedMessages(logger, 'the input socket');
    this.stats = new SchedulerStatsFeed(logger);
    this.death = new DeathNotice(logger);
    this.balancer = new LoadBalancer({ ...numbers, engineCount: this.engineCount });
    this.table = new RequestTable(this.engineCount);
    this.aborts = new AbortBatch((engine, ids) => this.outbox.send(engine, this.messages.abort(ids)));
    this.calls = new UtilityCalls((engine, method, text) =>
      logger.warn({ engine, method, text }, 'engine could not run a utility call'),
    );
    this.outbox = new EngineOutbox((engine, frames) => link.send(this.engines.identity(engine), frames), {
      unreachable: (engine, firstHeld) => interruptions.begun(engine, firstHeld),
      reachable: (engine) => interruptions.over(engine),
      broken: (error) => this.die(`the request socket failed: ${String(error)}`),
    });
    this.liveness = new EngineLiveness(
      this.engineCount,
      limits,
      {
        ping: (engine) => this.outbox.send(engine, this.messages.ping()),
        retry: (engine) => this.outbox.retry(engine),
        dead: (engine, reason) => this.die(`${this.engines.name(engine)} is dead: ${reason}`),
      },
      performance.now(),
    );
    this.faults = new EngineFaults(numbers.startRank, {
      excuse: (engine) => this.liveness.excuse(engine),
      expect: (engine) => this.liveness.expect(engine, performance.now()),
    });
    const interruptions = new Interruptions({
      liveness: this.liveness,
      table: this.table,
      aborts: this.aborts,
      logger,
      nameOf: (engine) => this.engines.name(engine),
      isExpected: () => this.isJoining,
    });
    link.listen({
      outputs: (frames) => this.receive(frames),
      input: (frames) => this.strayRegistration(frames),
      disconnected: () => this.liveness.connectionLost(performance.now()),
      broken: (error) => this.die(`an engine socket failed: ${String(error)}`),
    });
    const tickMs = Math.min(MAX_TICK_MS, ...Object.values<number>({ ...limits }).map((limit) => limit / 4));
    this.ticker = setInterval(() => this.liveness.tick(performance.now(), this.table.inFlight), tickMs);
    this.coordinator = this.joinCoordinator();
    this.elastic = parts.elastic && new ClientDeployment(this.resizable(), parts.elastic, logger);
    void ended?.then((reason) => this.die(reason));
    void parts.coordinator?.failed.then((reason) => this.die(reason));
  }

  /**
   * Attaches the engines and asks them for their tasks. Throws `ConfigurationError` for options or engines that do not fit together,
   * `UnavailableError` when an engine does not come up in time or ends first; nothing is left running then.
   */
  static async connect(options: EngineClientOptions): Promise<EngineClient> {
    const numbers = checkedNumbers(options);
    const limits = livenessLimits(options.liveness);
    const logger = options.logger ?? silentLogger;
    const attached = await attachEngines({ ...options, numbers, logger });
    let client: EngineClient | undefined;
    try {
      client = new EngineClient({ ...attached, numbers, limits, maxModelLen: options.maxModelLen, logger });
      await client.askForTasks();
      return client;
    } catch (error) {
      const reason = client?.death.reason;
      await (client === undefined ? release(attached) : client.close());
      throw reason === undefined ? error : new UnavailableError(reason, { cause: error });
    }
  }

  get info(): EngineInfo {
    return this.merged;
  }

  get engineCount(): number {
    return this.engines.count;
  }

  get startRank(): number {
    return this.engines.rank(0);
  }

  get supportedTasks(): readonly string[] {
    return this.tasks;
  }

  get scaling(): EngineScaling {
    return this.elastic?.scaling.state ?? { type: 'steady' };
  }

  get health(): EngineHealth {
    return this.death.health;
  }

  get workload(): EngineWorkload {
    const { size: requests, prefillTokens, inFlight } = this.table;
    return { requests, prefillTokens, silentMs: this.progress.silentMs(inFlight, performance.now()) };
  }

  get faultStatuses(): readonly EngineFaultStatus[] {
    return this.faults.statuses(this.engineCount);
  }

  /** Requests that have neither ended nor been aborted. */
  get requestsInFlight(): number {
    return this.table.size;
  }

  /** What every engine registered with, for a successor of this process at the same addresses. */
  get registrations(): readonly Buffer[] {
    return this.engines.registered.map(({ payload }) => payload);
  }

  /** Messages on the output socket that could not be decoded. */
  get droppedMessages(): number {
    return this.decoder.droppedMessages;
  }

  add(request: EngineRequest, sink: OutputSink): void {
    this.mustBeOpen();
    const { requestId, dataParallelRank: pinned } = request;
    if (this.table.get(requestId) !== undefined) {
      throw new InternalError(`The request id ${requestId} is in use.`);
    }
    if (this.aborts.has(requestId)) {
      this.aborts.flush();
    }
    const engine = this.balancer.choose(this.table.inFlight, pinned);
    const frames = this.messages.add(request, {
      codec: this.engines.codec(engine),
      currentWave: this.coordinator?.wave,
      maxModelLen: this.info.maxModelLen,
      supportsLora: this.info.supportsLora,
      tasks: this.tasks,
      clientCount: this.parts.numbers.clientCount,
    });
    if (this.table.inFlight[engine] === 0) this.progress.begun(engine, performance.now());
    const promptTokens = request.promptTokenIds.length;
    const entry = { requestId, sink, engine, promptTokens, sendNumber: 0, heard: false };
    this.table.add(entry);
    entry.sendNumber = this.outbox.send(engine, frames);
    this.coordinator?.noticeFirstRequest(this.engines.rank(engine));
  }

  abort(requestIds: readonly string[]): void {
    for (const requestId of requestIds) {
      const entry = this.table.take(requestId);
      if (entry !== undefined) {
        this.aborts.add(entry.engine, requestId);
      }
    }
  }

  callEach(method: string, args: readonly unknown[], options?: UtilityOptions): Promise<readonly unknown[]> {
    return this.callAll(method, () => args, options);
  }

  async addLora(lora: LoraRequest): Promise<void> {
    const args = (engine: number) => {
      const { layout } = this.engines.codec(engine);
      checkLora(lora, layout);
      return [toLoraElements(lora, layout)];
    };
    await this.callAll('add_lora', args, { timeoutMs: Infinity });
  }

  async scaleTo(engineCount: number, options?: ScaleOptions): Promise<void> {
    this.mustBeOpen();
    if (this.elastic === undefined) {
      throw new InvalidRequestError(
        'The number of engines is fixed: only mixture-of-experts engines of a single API server that was started with --enable-elastic-ep can change it.',
      );
    }
    await this.elastic.scaling.scaleTo(engineCount, options);
    this.logger.info({ engines: this.engineCount }, 'the number of engines was changed');
  }

  onSchedulerStats(listener: SchedulerStatsListener): () => void {
    return this.stats.subscribe(listener);
  }

  onDeath(listener: DeathListener): () => void {
    return this.death.subscribe(listener);
  }

  /**
   * Takes no more requests, lets those in flight finish for `drainTimeoutMs` (default: not at all), aborts the rest, stops the engine
   * processes it owns and closes every socket. A second call waits for the first.
   */
  close({ drainTimeoutMs = 0 }: { readonly drainTimeoutMs?: number } = {}): Promise<void> {
    this.closing ??= this.shutDown(drainTimeoutMs);
    return this.closing;
  }

  private async shutDown(drainTimeoutMs: number): Promise<void> {
    await within(drainTimeoutMs, this.table.empty());
    this.stopping = true;
    const left = this.elastic?.close();
    for (const entry of this.table.takeWhere()) {
      this.aborts.add(entry.engine, entry.requestId);
      failSink(entry, new UnavailableError('The server is shutting down.'));
    }
    this.aborts.flush();
    await within(LAST_SENDS_MS, this.outbox.idle());
    this.outbox.stop();
    clearInterval(this.ticker);
    this.calls.failAll(new UnavailableError('The server is shutting down.'));
    this.coordinator?.close();
    await left;
    await release(this.parts);
  }

  /** Engines of different releases may want different arguments. */
  private async callAll(
    method: string,
    argsOf: (engine: number) => readonly unknown[],
    { timeoutMs = this.parts.numbers.utilityTimeoutMs }: UtilityOptions = {},
  ): Promise<readonly unknown[]> {
    this.mustBeOpen();
    // All of them before the first call: what cannot be said to one engine is said to none.
    const args = Array.from({ length: this.balancer.engineCount }, (_, engine) => argsOf(engine));
    return Promise.all(args.map((one, engine) => this.callOne(engine, method, one, timeoutMs)));
  }

  private callOne(engine: number, method: string, args: readonly unknown[], timeoutMs: number): Promise<unknown> {
    return this.calls.call({
      engine,
      method,
      timeoutMs,
      send: (callId) => this.outbox.send(engine, this.messages.utility({ callId, method, args })),
    });
  }

  /** What a change of the number of engines does here. */
  private resizable(): ResizableClient {
    return {
      engines: () => this.engines.registered,
      maxModelLen: () => this.info.maxModelLen,
      call: (engine, method, args, timeoutMs) => this.callOne(engine, method, args, timeoutMs),
      idle: () => this.table.empty(),
      routeTo: (engineCount) => this.routeTo(engineCount),
      replaceEngines: (engines) => this.replaceEngines(engines),
      die: (reason) => this.die(reason),
    };
  }

  /** New requests go to the first so many engines, and only those are watched. */
  private routeTo(engineCount: number): void {
    this.balancer.resize(engineCount);
    this.liveness.resize(engineCount, performance.now());
  }

  private replaceEngines(engines: readonly RegisteredEngine[]): void {
    const [before, after] = [this.engineCount, engines.length];
    for (const entry of this.table.takeWhere(({ engine }) => engine >= after)) {
      failSink(entry, new UnavailableError('The engine that had the request was taken out of service.'));
    }
    const firstChanged = Math.min(before, after);
    this.outbox.forget(firstChanged);
    this.decoder.forget(firstChanged);
    this.engines.replace(engines);
    this.merged = mergeEngineInfo(registrationsOf(engines), this.info.maxModelLen);
    this.table.resize(after);
    this.routeTo(after);
    this.coordinator?.scale(after);
  }

  private joinCoordinator(): CoordinatorClient | undefined {
    const { coordinatorAddress, engines, numbers, logger } = this.parts;
    if (coordinatorAddress === undefined) return undefined;
    return CoordinatorClient.connect(coordinatorAddress, {
      startRank: numbers.startRank,
      engineCount: this.engineCount,
      release: engines[0].layout.release,
      onCounts: (loads) => loads.forEach((load, engine) => this.balancer.report(engine, load)),
      onBroken: (reason) => this.die(reason),
      logger,
    });
  }

  private async askForTasks(): Promise<void> {
    const tasks = await this.utility('get_supported_tasks', [], { timeoutMs: this.parts.numbers.readyTimeoutMs });
    if (!Array.isArray(tasks) || !tasks.every((task): task is string => typeof task === 'string')) {
      throw new UnavailableError('the engine does not tell the tasks it supports');
    }
    this.tasks = tasks;
  }

  private mustBeOpen(): void {
    if (this.death.reason !== undefined) {
      throw new UnavailableError('The engine is dead.');
    }
    if (this.closing !== undefined) {
      throw new UnavailableError('The server is shutting down.');
    }
  }

  /** One message of an engine: everything one step produced for this process. Never throws. */
  private receive(frames: readonly Buffer[]): void {
    if (isDeathSentinel(frames)) {
      this.heardSentinel();
      return;
    }
    const message = this.decoder.decode(frames);
    if (message === undefined) {
      return;
    }
    const engine = this.engines.engineOf(message.engineIndex);
    const now = performance.now();
    this.liveness.heard(engine, now);
    if (message.outputs.length > 0 || message.schedulerStats !== undefined) this.progress.made(engine, now);
    if (message.utilityOutput !== undefined) {
      this.answered(message.utilityOutput);
    }
    sweepOutputs(message, this.table, {
      sinkFailed: (entry, error) => {
        this.logger.error({ requestId: entry.requestId, error: String(error) }, 'output could not be processed');
        this.aborts.add(entry.engine, entry.requestId);
      },
      stranger: this.parts.resumed ? (requestId) => this.disown(engine, requestId) : undefined,
    });
    if (message.schedulerStats !== undefined && this.engines.has(engine)) {
      this.hearStats(engine, message.schedulerStats);
    }
  }

  /** A sentinel does not name its sender: while engines come or go, those that are here to stay are asked for a sign of life. */
  private heardSentinel(): void {
    if (this.elastic !== undefined && this.scaling.type === 'scaling') {
      this.liveness.connectionLost(performance.now());
      if (!this.elastic.isShrinking) this.elastic.scaling.interrupt('an engine core reported its death');
      return;
    }
    this.die(['an engine core reported its death', ...(this.parts.group?.obituaries ?? [])].join('; '));
  }

  /** Engines speak unasked of a change of their number, some before they have registered, and of faults that they outlive. */
  private answered(output: UtilityOutput): void {
    const notification = toElasticNotification(output);
    const fault = toFaultStatus(output);
    if (notification !== undefined) this.elastic?.scaling.notified(notification);
    else if (fault !== undefined) this.hearFault(fault);
    else this.calls.settle(output);
  }

  private hearFault(fault: EngineFaultStatus): void {
    this.logger.warn({ ...fault }, 'an engine core told how it is');
    this.faults.tell(fault, this.engineCount);
  }

  /** Every front end hears of some steps only; whoever is alone hears of all, and needs nobody else to balance by. */
  private hearStats(engine: number, stats: SchedulerStats): void {
    if (this.coordinator === undefined && this.parts.numbers.clientCount === 1) {
      const { numWaitingReqs: waiting, numRunningReqs: running, kvCacheUsage } = stats;
      this.balancer.report(engine, { waiting, running, kvCacheUsage });
    }
    this.stats.publish(engine, stats);
  }

  /** Anyone can send what looks like it, but only an engine knows the ids of our requests. */
  private refuseLayout({ engine, difference, requestIds }: Mismatch): void {
    if (requestIds.some((requestId) => this.table.get(requestId) !== undefined)) {
      this.die(`${this.engines.name(engine)} speaks another layout than it registered: ${difference}`);
    }
  }

  /** A request of an earlier process at our addresses: nobody waits for it. */
  private disown(engine: number, requestId: string): void {
    if (this.engines.has(engine)) {
      this.aborts.add(engine, requestId);
    }
  }

  /** An engine registers once; a second time means that it was restarted and knows nothing of what is in flight. */
  private strayRegistration(frames: readonly Buffer[]): void {
    if (this.elastic?.accept(frames) === true) return;
    const engine = this.engines.ofIdentity(frames[0]);
    if (engine === undefined || !isRegistration(frames)) {
      this.strays.add(`${frames.length} frames`);
      return;
    }
    if (this.waitedForPredecessor(frames[1])) return;
    this.die(`${this.engines.name(engine)} was restarted`);
  }

  /** It was sent to the process before us, which ended before it could take it: it comes ahead of the first answer. */
  private waitedForPredecessor(payload: Buffer): boolean {
    return this.isJoining && this.registrations.some((known) => known.equals(payload));
  }

  /** Engines that run already take a moment to find this process at the addresses of another. */
  private get isJoining(): boolean {
    return this.parts.resumed && this.tasks.length === 0;
  }

  private die(reason: string): void {
    if (this.stopping || !this.death.declare(reason)) {
      return;
    }
    clearInterval(this.ticker);
    this.outbox.stop();
    for (const entry of this.table.takeWhere()) {
      failSink(entry, new UnavailableError('The engine died.'));
    }
    this.calls.failAll(new UnavailableError('The engine died.'));
    this.elastic?.scaling.interrupt(reason);
    this.death.announce();
  }
}

function registrationsOf(engines: readonly RegisteredEngine[]): readonly Registration[] {
  return engines.map(({ registration }) => registration);
}

/** Processes first: what they say on their way out still finds an open socket. */
async function release({ group, elastic, coordinator, link }: AttachedEngines): Promise<void> {
  await group?.stop();
  elastic?.rendezvous.close();
  coordinator?.close();
  link.close();
}
