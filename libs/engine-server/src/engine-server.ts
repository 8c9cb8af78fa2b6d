import { within } from '@app/async';
import {
  encodeRegistration,
  ENGINE_CORE_DEAD,
  WireCodec,
  type EngineCore,
  type EngineCoreStep,
  type EngineOutputs,
  type UtilityOutput,
  type WaveStart,
  type WireLayout,
} from '@app/engine-protocol';
import { UnavailableError } from '@app/errors';
import type { Logger } from '@app/logging';
import { CoordinatorLink, type CoordinatorAddresses } from './coordinator/coordinator-link.js';
import { LoadReport } from './coordinator/load-report.js';
import type { WaveMember } from './coordinator/wave-member.js';
import { encodeMessage } from './requests/encode-message.js';
import { RequestIntake, type Refusal } from './requests/request-intake.js';
import { splitStep } from './requests/split-step.js';
import { ClientLink, type ClientAddresses } from './transport/client-link.js';

/** `frames`: `[type, payload, aux...]`. Must not throw. */
export type MessageWitness = (frames: readonly Buffer[], clientIndex: number) => void;

/** What really goes out in the place of a message: for engines that misbehave on purpose. Must not throw. */
export type MessageDistortion = (message: EngineOutputs) => readonly EngineOutputs[];

export interface EngineServerParts {
  readonly core: EngineCore;
  readonly layout: WireLayout;
  readonly rank: number;
  /** One per front-end process, in the order of their client indices. */
  readonly clients: readonly ClientAddresses[];
  /** Of a deployment that has one. */
  readonly coordinator?: CoordinatorAddresses | undefined;
  /** Where front ends find the coordinator; told to them at registration. */
  readonly dpStatsAddress?: string | undefined;
  /** Of a core that steps together with its peers. */
  readonly waves?: WaveMember | undefined;
  readonly logger: Logger;
  /** Told to front ends at registration. */
  readonly instanceId: string;
  readonly onMessage?: MessageWitness | undefined;
  readonly distort?: MessageDistortion | undefined;
}

export interface CloseOptions {
  /** Running requests may go on for so long; new ones are refused meanwhile. Default 0. */
  readonly drainTimeoutMs?: number | undefined;
}

/** Time the core gets to abort what runs and to let go of its model. */
const CORE_CLOSE_TIMEOUT_MS = 30_000;

/** An engine core on the wire: requests of every front end in, one message per front end and step out. */
export class EngineServer {
  /**
   * Resolves when serving is over and the sockets are closed: with the reason when the core died, with `undefined` after `close`.
   * What was sent last, the death sentinel too, leaves while the process ends by itself; `process.exit` would cut it off.
   */
  readonly ended: Promise<string | undefined>;
  private readonly links: readonly ClientLink[];
  private readonly coordinator: CoordinatorLink | undefined;
  private readonly load: LoadReport;
  /** Aborted requests whose end a coordinated front end has not heard of, with their client. */
  private readonly aborted = new Map<string, number>();
  private readonly intake: RequestIntake;
  private readonly codec: WireCodec;
  private end!: (reason: string | undefined) => void;
  private state: 'serving' | 'closing' | 'over' = 'serving';
  private drained: (() => void) | undefined;

  /** Throws `ConfigurationError` for a bad address. Nothing is received before `register`. */
  constructor(private readonly parts: EngineServerParts) {
    const { core, layout, clients, logger } = parts;
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.codec = new WireCodec(layout);
    const answers = {
      clientCount: clients.length,
      refuse: (clientIndex: number, refusal: Refusal) => this.refuse(clientIndex, refusal),
      reply: (clientIndex: number, output: UtilityOutput) => this.reply(clientIndex, output),
      aborted: (clientIndex: number, requestId: string) => this.aborted.set(requestId, clientIndex),
    };
    this.intake = new RequestIntake(core, this.codec, answers, { logger, waves: parts.waves });
    this.load = new LoadReport(layout.release, parts.waves);
    this.links = this.connect();
    this.coordinator = this.connectCoordinator();
    parts.waves?.onReport((report) => this.tellCoordinator(report));
    core.onOutputs((step) => this.publish(step));
    core.onDeath((reason) => this.die(reason));
  }

  get inFlight(): number {
    return this.intake.inFlightCount;
  }

  /** Messages of front ends that could not be read. */
  get malformedMessages(): number {
    return this.intake.malformedCount;
  }

  /**
   * Tells every front end what the core is, and the coordinator that it is there; requests may come from here on. Resolves when every engine
   * of the deployment is, or at `detach`. Rejects with `UnavailableError` when the core is dead.
   */
  async register(): Promise<void> {
    if (this.state === 'over') throw new UnavailableError('the engine core died before it was registered');
    const { core, layout, rank, instanceId, dpStatsAddress } = this.parts;
    const registration = encodeRegistration(core.info, { layout, rank, instanceId, dpStatsAddress });
    await this.coordinator?.subscribe();
    await Promise.all(this.links.map((link) => link.register(registration)));
    await this.coordinator?.allSubscribed();
  }

  /** Drains, closes the core (what still runs ends with finish reason `abort`) and then the sockets. Idempotent. */
  async close({ drainTimeoutMs = 0 }: CloseOptions = {}): Promise<void> {
    if (this.state === 'serving') {
      this.state = 'closing';
      this.intake.refuseAll();
      await this.drain(drainTimeoutMs);
      await this.closeCore();
      await this.shutSockets(undefined);
    }
    await this.ended;
  }

  /** Closes the sockets alone: the core stays the caller's. */
  async detach(): Promise<void> {
    await this.shutSockets(undefined);
    await this.ended;
  }

  /** Tells client 0 what nobody asked for (engine protocol §10: call ids below zero). */
  notify(notification: UtilityOutput): void {
    this.reply(0, notification);
  }

  /** Sends frames as they are, to every front end: for engines that misbehave on purpose. */
  sendRaw(frames: Buffer[]): void {
    if (this.state === 'over') return;
    for (const link of this.links) link.send(frames);
  }

  /** Closes the input sockets; outputs go on. What an engine looks like whose input thread has ended (engine protocol §8.3). */
  deafen(): void {
    for (const link of this.links) link.deafen();
  }

  private connect(): readonly ClientLink[] {
    const links: ClientLink[] = [];
    try {
      for (const [index, addresses] of this.parts.clients.entries()) {
        const handlers = {
          request: (frames: Buffer[]) => this.take(frames, index),
          broken: (error: unknown) => this.die(`the sockets of client ${index} failed: ${String(error)}`),
        };
        links.push(new ClientLink(addresses, this.parts.rank, handlers));
      }
      return links;
    } catch (error) {
      for (const link of links) void link.close();
      throw error;
    }
  }

  private connectCoordinator(): CoordinatorLink | undefined {
    const { coordinator, rank, waves, logger } = this.parts;
    if (coordinator === undefined) return undefined;
    try {
      const handlers = {
        startWave: (start: WaveStart) => waves?.startWave(start),
        broken: (error: unknown) => this.die(`the sockets of the coordinator failed: ${String(error)}`),
      };
      return new CoordinatorLink(coordinator, rank, handlers, logger);
    } catch (error) {
      for (const link of this.links) void link.close();
      throw error;
    }
  }

  private take(frames: readonly Buffer[], client: number): void {
    this.parts.onMessage?.(frames, client);
    this.intake.take(frames, client);
    this.reportLoad();
    this.noteDrained();
  }

  private publish(step: EngineCoreStep): void {
    if (this.state === 'over') return;
    const messages = splitStep(this.coordinator === undefined ? step : this.withFinished(step), {
      engineIndex: this.parts.rank,
      clientCount: this.links.length,
      ownerOf: (requestId) => this.intake.ownerOf(requestId) ?? this.aborted.get(requestId),
    });
    this.aborted.clear();
    for (const [client, message] of messages) this.send(client, message);
    for (const { requestId, finishReason } of step.outputs) {
      if (finishReason) this.intake.finished(requestId);
    }
    this.load.stepped(step.schedulerStats);
    this.reportLoad();
    this.noteDrained();
  }

  /** Front ends of a coordinated deployment clear their books by it, of aborted requests too (engine protocol §8.1, §9.3). */
  private withFinished(step: EngineCoreStep): EngineCoreStep {
    const ended = step.outputs.filter(({ finishReason }) => finishReason !== undefined);
    const ids = [...(step.finishedRequests ?? []), ...ended.map(({ requestId }) => requestId), ...this.aborted.keys()];
    return ids.length === 0 ? step : { ...step, finishedRequests: [...new Set(ids)] };
  }

  private reportLoad(): void {
    if (this.coordinator === undefined) return;
    const schedulerStats = this.load.next(this.inFlight);
    if (schedulerStats !== undefined) this.tellCoordinator({ schedulerStats });
  }

  private tellCoordinator(report: Pick<EngineOutputs, 'schedulerStats' | 'startWave' | 'waveComplete'>): void {
    if (this.state === 'over') return;
    const message = { engineIndex: this.parts.rank, outputs: [], timestamp: monotonicSeconds(), ...report };
    this.coordinator?.report(this.codec.encodeOutputs(message));
  }

  private noteDrained(): void {
    if (this.inFlight === 0) this.drained?.();
  }

  private refuse(client: number, { requestId, finishReason, error }: Refusal): void {
    this.send(client, {
      engineIndex: this.parts.rank,
      outputs: [{ requestId, newTokenIds: [], finishReason, error }],
      timestamp: monotonicSeconds(),
      finishedRequests: [requestId],
    });
  }

  private reply(client: number, utilityOutput: UtilityOutput): void {
    this.send(client, {
      engineIndex: this.parts.rank,
      outputs: [],
      timestamp: monotonicSeconds(),
      utilityOutput,
    });
  }

  private send(client: number, message: EngineOutputs): void {
    if (this.state === 'over') return;
    const unsendable = (error: unknown): void =>
      this.parts.logger.error({ client, reason: String(error) }, 'an output of the core has no form on the wire');
    for (const distorted of this.parts.distort?.(message) ?? [message]) {
      this.links[client].send(encodeMessage(this.codec, distorted, unsendable));
    }
  }

  /** The core cannot go on: every front end hears of it, and nothing after it. */
  private die(reason: string): void {
    if (this.state === 'over') return;
    this.parts.logger.error({ reason }, 'the engine core died');
    for (const link of this.links) link.send([ENGINE_CORE_DEAD]);
    void this.shutSockets(reason);
  }

  private async shutSockets(reason: string | undefined): Promise<void> {
    if (this.state === 'over') return;
    this.state = 'over';
    this.drained?.();
    await Promise.all([...this.links.map((link) => link.close()), this.coordinator?.close()]);
    this.end(reason);
  }

  private async drain(timeoutMs: number): Promise<void> {
    if (!(timeoutMs > 0) || this.inFlight === 0) return;
    await within(timeoutMs, new Promise<void>((resolve) => (this.drained = resolve)));
  }

  private async closeCore(): Promise<void> {
    try {
      await within(CORE_CLOSE_TIMEOUT_MS, this.parts.core.close());
    } catch (error) {
      this.parts.logger.error({ reason: String(error) }, 'the engine core failed to close');
    }
  }
}

/** Seconds on the clock that the core's own timestamps are taken from; never 0, which stands for "unset" (engine protocol §5.3). */
function monotonicSeconds(): number {
  return performance.now() / 1000;
}
