import { InternalError, UnavailableError } from '@app/errors';
import {
  Engine,
  encodeAbort,
  encodeUtilityCall,
  engineIdentity,
  isDeathSentinel,
  MalformedMessageError,
  requestTypeFrame,
  RequestType,
  WireCodec,
} from '@app/engine-protocol';
import type {
  EngineHealth,
  EngineInfo,
  EngineOutputs,
  EngineRequest,
  OutputSink,
  SchedulerStats,
  UtilityOptions,
} from '@app/engine-protocol';
import { silentLogger } from '@app/logging';
import type { Logger } from '@app/logging';
import { EngineLiveness } from './liveness/engine-liveness.js';
import { livenessLimits } from './liveness/liveness-limits.js';
import type { LivenessLimits } from './liveness/liveness-limits.js';
import { AbortBatch } from './requests/abort-batch.js';
import { chooseEngine, scanStart } from './requests/choose-engine.js';
import { mustFit } from './requests/must-fit.js';
import { RequestTable } from './requests/request-table.js';
import { failSink, sweepOutputs } from './requests/sweep-outputs.js';
import { UtilityCalls } from './requests/utility-calls.js';
import { attachEngines } from './start-up/attach-engines.js';
import type { AttachedEngines } from './start-up/attach-engines.js';
import { commonLayout } from './start-up/common-layout.js';
import { checkedNumbers } from './start-up/engine-client-options.js';
import type { CheckedNumbers, EngineClientOptions } from './start-up/engine-client-options.js';
import { isRegistration } from './start-up/is-registration.js';
import { mergeEngineInfo } from './start-up/merge-engine-info.js';
import { EngineOutbox } from './transport/engine-outbox.js';
import { within } from './within.js';

const ADD = requestTypeFrame(RequestType.add);
const ABORT = requestTypeFrame(RequestType.abort);
const UTILITY = requestTypeFrame(RequestType.utility);

/** A cheap method that every release has; its answer, even a refusal, crosses both threads of the engine. */
const PING_METHOD = 'is_sleeping';
/** Calls whose answer nobody waits for have this id; negative ids belong to engine notifications. */
const PING_CALL_ID = 0;
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
  readonly info: EngineInfo;
  readonly engineCount: number;

  private readonly logger: Logger;
  private readonly codec: WireCodec;
  private readonly identities: readonly Buffer[];
  private readonly scanStart: number;
  private readonly table: RequestTable;
  private readonly aborts: AbortBatch;
  private readonly calls: UtilityCalls;
  private readonly outbox: EngineOutbox;
  private readonly liveness: EngineLiveness;
  private readonly ticker: NodeJS.Timeout;
  private readonly latestStats: (SchedulerStats | undefined)[];
  private readonly statsListeners = new Set<(engineIndex: number, stats: SchedulerStats) => void>();
  private readonly deathListeners = new Set<(reason: string) => void>();
  /** Number of the first message that was held back for an engine which cannot be reached. */
  private readonly firstHeld = new Map<number, number>();

  private tasks: readonly string[] = [];
  private state: EngineHealth = { state: 'running' };
  private dropped = 0;
  private closing: Promise<void> | undefined;
  /** From here on the end of an engine is what we want. */
  private stopping = false;

  private constructor(private readonly parts: ClientParts) {
    super();
    const { engines, numbers, limits, link, children, logger } = parts;
    this.logger = logger;
    this.engineCount = engines.length;
    this.info = mergeEngineInfo(
      engines.map(({ registration }) => registration),
      parts.maxModelLen,
    );
    this.codec = new WireCodec(commonLayout(engines));
    this.identities = engines.map((_, engine) => engineIdentity(numbers.startRank + engine));
    this.scanStart = scanStart(this.engineCount, numbers.clientIndex, numbers.clientCount);
    this.latestStats = new Array<SchedulerStats | undefined>(this.engineCount).fill(undefined);
    this.table = new RequestTable(this.engineCount);
    this.aborts = new AbortBatch((engine, ids) => this.outbox.send(engine, [ABORT, encodeAbort(ids)]));
    this.calls = new UtilityCalls((engine, method, text) =>
      logger.warn({ engine, method, text }, 'engine could not run a utility call'),
    );
    this.outbox = new EngineOutbox((engine, frames) => link.send(this.identities[engine], frames), {
      unreachable: (engine, firstHeld) => this.lostSight(engine, firstHeld),
      reachable: (engine) => this.foundAgain(engine),
      broken: (error) => this.die(`the request socket failed: ${String(error)}`),
    });
    this.liveness = new EngineLiveness(
      this.engineCount,
      limits,
      {
        ping: (engine) => this.ping(engine),
        retry: (engine) => this.outbox.retry(engine),
        dead: (engine, reason) => this.die(`${this.nameOf(engine)} is dead: ${reason}`),
      },
      performance.now(),
    );
    link.listen({
      outputs: (frames) => this.receive(frames),
      input: (frames) => this.strayRegistration(frames),
      disconnected: () => this.liveness.connectionLost(performance.now()),
      broken: (error) => this.die(`an engine socket failed: ${String(error)}`),
    });
    const tickMs = Math.min(MAX_TICK_MS, ...Object.values<number>({ ...limits }).map((limit) => limit / 4));
    this.ticker = setInterval(() => this.liveness.tick(performance.now(), this.table.inFlight), tickMs);
    children.forEach((child) => void child.exited.then(() => this.die(child.obituary)));
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
      const reason = client?.health.state === 'dead' ? client.health.reason : undefined;
      await (client === undefined ? release(attached) : client.close());
      throw reason === undefined ? error : new UnavailableError(reason, { cause: error });
    }
  }

  get supportedTasks(): readonly string[] {
    return this.tasks;
  }

  get health(): EngineHealth {
    return this.state;
  }

  /** Requests that have neither ended nor been aborted. */
  get requestsInFlight(): number {
    return this.table.size;
  }

  /** Messages on the output socket that could not be decoded. */
  get droppedMessages(): number {
    return this.dropped;
  }

  add(request: EngineRequest, sink: OutputSink): void {
    this.mustBeOpen();
    mustFit(request, this.info.maxModelLen);
    const { requestId, dataParallelRank: pinned } = request;
    if (this.table.get(requestId) !== undefined) {
      throw new InternalError(`The request id ${requestId} is in use.`);
    }
    if (this.aborts.has(requestId)) {
      this.aborts.flush();
    }
    const engine = chooseEngine({ inFlight: this.table.inFlight, start: this.scanStart, pinned });
    const frames = this.encode(request);
    const entry = { requestId, sink, engine, sendNumber: 0, heard: false };
    this.table.add(entry);
    entry.sendNumber = this.outbox.send(engine, [ADD, ...frames]);
  }

  abort(requestIds: readonly string[]): void {
    for (const requestId of requestIds) {
      const entry = this.table.take(requestId);
      if (entry !== undefined) {
        this.aborts.add(entry.engine, requestId);
      }
    }
  }

  async utility(method: string, args: readonly unknown[], { timeoutMs }: UtilityOptions = {}): Promise<unknown> {
    this.mustBeOpen();
    const answers = this.identities.map((_, engine) =>
      this.calls.call({
        engine,
        method,
        timeoutMs: timeoutMs ?? this.parts.numbers.utilityTimeoutMs,
        send: (callId) => this.sendCall(engine, { callId, method, args }),
      }),
    );
    const [first] = await Promise.all(answers);
    return first;
  }

  onSchedulerStats(listener: (engineIndex: number, stats: SchedulerStats) => void): () => void {
    this.statsListeners.add(listener);
    this.latestStats.forEach((stats, engine) => {
      if (stats !== undefined) {
        this.tell(() => listener(this.rankOf(engine), stats));
      }
    });
    return () => void this.statsListeners.delete(listener);
  }

  /** A listener that comes after the death is told at the next opportunity. */
  onDeath(listener: (reason: string) => void): () => void {
    this.deathListeners.add(listener);
    if (this.state.state === 'dead') {
      const { reason } = this.state;
      queueMicrotask(() => {
        if (this.deathListeners.delete(listener)) {
          this.tell(() => listener(reason));
        }
      });
    }
    return () => void this.deathListeners.delete(listener);
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
    for (const entry of this.table.takeWhere()) {
      this.aborts.add(entry.engine, entry.requestId);
      failSink(entry, new UnavailableError('The server is shutting down.'));
    }
    this.aborts.flush();
    await within(LAST_SENDS_MS, this.outbox.idle());
    this.outbox.stop();
    clearInterval(this.ticker);
    this.calls.failAll(new UnavailableError('The server is shutting down.'));
    await release(this.parts);
  }

  private async askForTasks(): Promise<void> {
    const tasks = await this.utility('get_supported_tasks', [], { timeoutMs: this.parts.numbers.readyTimeoutMs });
    if (!Array.isArray(tasks) || !tasks.every((task): task is string => typeof task === 'string')) {
      throw new UnavailableError('the engine does not tell the tasks it supports');
    }
    this.tasks = tasks;
  }

  private mustBeOpen(): void {
    if (this.state.state === 'dead') {
      throw new UnavailableError('The engine is dead.');
    }
    if (this.closing !== undefined) {
      throw new UnavailableError('The server is shutting down.');
    }
  }

  private encode(request: EngineRequest): Buffer[] {
    const { clientIndex } = this.parts.numbers;
    try {
      return this.codec.encodeRequest(request.clientIndex === clientIndex ? request : { ...request, clientIndex });
    } catch (error) {
      throw new InternalError('The request cannot be sent to the engine.', { cause: error });
    }
  }

  private sendCall(engine: number, call: { callId: number; method: string; args: readonly unknown[] }): void {
    const { clientIndex } = this.parts.numbers;
    this.outbox.send(engine, [UTILITY, encodeUtilityCall({ clientIndex, ...call })]);
  }

  private ping(engine: number): void {
    this.sendCall(engine, { callId: PING_CALL_ID, method: PING_METHOD, args: [] });
  }

  /** One message of an engine: everything one step produced for this process. Never throws. */
  private receive(frames: readonly Buffer[]): void {
    if (isDeathSentinel(frames)) {
      const tails = this.parts.children.map(({ obituary }) => obituary);
      this.die(['an engine core reported its death', ...tails].join('; '));
      return;
    }
    const message = this.decode(frames);
    if (message === undefined) {
      return;
    }
    const engine = message.engineIndex - this.parts.numbers.startRank;
    this.liveness.heard(engine, performance.now());
    if (message.utilityOutput !== undefined) {
      this.calls.settle(message.utilityOutput);
    }
    sweepOutputs(message, this.table, (entry, error) => {
      this.logger.error({ requestId: entry.requestId, error: String(error) }, 'output could not be processed');
      this.aborts.add(entry.engine, entry.requestId);
    });
    if (message.schedulerStats !== undefined && engine in this.latestStats) {
      this.publishStats(engine, message.schedulerStats);
    }
  }

  private decode(frames: readonly Buffer[]): EngineOutputs | undefined {
    try {
      return this.codec.decodeOutputs(frames);
    } catch (error) {
      this.dropped++;
      // Powers of two only: whoever floods the socket does not flood the log.
      if (Number.isInteger(Math.log2(this.dropped))) {
        const reason = error instanceof MalformedMessageError ? error.message : String(error);
        this.logger.warn({ reason, dropped: this.dropped }, 'message on the output socket was dropped');
      }
      return undefined;
    }
  }

  private publishStats(engine: number, stats: SchedulerStats): void {
    this.latestStats[engine] = stats;
    for (const listener of this.statsListeners) {
      this.tell(() => listener(this.rankOf(engine), stats));
    }
  }

  /** An engine registers once; a second time means that it was restarted and knows nothing of what is in flight. */
  private strayRegistration(frames: readonly Buffer[]): void {
    const engine = this.identities.findIndex((identity) => identity.equals(frames[0]));
    if (engine === -1 || !isRegistration(frames)) {
      this.logger.warn({ frames: frames.length }, 'unexpected message on the input socket was ignored');
      return;
    }
    this.die(`${this.nameOf(engine)} was restarted`);
  }

  private lostSight(engine: number, firstHeld: number): void {
    this.firstHeld.set(engine, firstHeld);
    this.liveness.unreachable(engine, performance.now());
    this.logger.warn({ engine: this.nameOf(engine) }, 'engine cannot be reached');
  }

  /** What was sent into the connection that broke may be lost: requests the engine has never answered are given up. */
  private foundAgain(engine: number): void {
    const firstHeld = this.firstHeld.get(engine) ?? 0;
    this.liveness.reachable(engine);
    const doubtful = this.table.takeWhere(
      (entry) => entry.engine === engine && !entry.heard && entry.sendNumber < firstHeld,
    );
    for (const entry of doubtful) {
      this.aborts.add(engine, entry.requestId);
      failSink(entry, new UnavailableError('The connection to the engine was interrupted.'));
    }
    this.logger.warn({ engine: this.nameOf(engine), failed: doubtful.length }, 'engine is reachable again');
  }

  private die(reason: string): void {
    if (this.stopping) {
      return;
    }
    if (this.state.state === 'dead') {
      this.logger.debug({ reason }, 'more about the death of the engine');
      return;
    }
    this.state = { state: 'dead', reason };
    this.logger.error({ reason }, 'engine is dead');
    clearInterval(this.ticker);
    this.outbox.stop();
    for (const entry of this.table.takeWhere()) {
      failSink(entry, new UnavailableError('The engine died.'));
    }
    this.calls.failAll(new UnavailableError('The engine died.'));
    const listeners = [...this.deathListeners];
    this.deathListeners.clear();
    listeners.forEach((listener) => this.tell(() => listener(reason)));
  }

  /** A listener that throws must not stop the sweep. */
  private tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.logger.error({ error: String(error) }, 'engine listener failed');
    }
  }

  private nameOf(engine: number): string {
    return `engine core ${this.rankOf(engine)}`;
  }

  private rankOf(engine: number): number {
    return this.parts.numbers.startRank + engine;
  }
}

/** Processes first: what they say on their way out still finds an open socket. */
async function release({ children, link }: AttachedEngines): Promise<void> {
  await Promise.all(children.map((child) => child.stop()));
  link.close();
}
