import { within } from '@app/async';
import type { Logger } from '@app/logging';
import type { ElasticParts } from '../start-up/attach-engines.js';
import type { RegisteredEngine } from '../start-up/registrations.js';
import type { EngineGroup } from '../group/engine-group.js';
import { ElasticScaling } from './elastic-scaling.js';
import type { ElasticDeployment } from './elastic-scaling.js';
import { openRendezvous } from './rendezvous.js';
import type { Rendezvous } from './rendezvous.js';

/** What the client of the engines lets be done to it. */
export interface ResizableClient {
  /** In the order of ranks. */
  engines(): readonly RegisteredEngine[];
  maxModelLen(): number;
  /** A utility call of one engine. */
  call(engine: number, method: string, args: readonly unknown[], timeoutMs: number): Promise<unknown>;
  /** Resolves when no request is in flight. */
  idle(): Promise<void>;
  /** New requests go to the first so many engines, and only those are watched. */
  routeTo(engineCount: number): void;
  /** From now on it is these; what others have in flight fails. */
  replaceEngines(engines: readonly RegisteredEngine[]): void;
  die(reason: string): void;
}

interface JoinedGroup {
  readonly group: EngineGroup;
  readonly startRank: number;
}

/** The deployment of one client, as the scaling sees it: which engines come, which leave, and whose end is a death. */
export class ClientDeployment implements ElasticDeployment {
  readonly scaling: ElasticScaling;
  /** Groups that came after the first one. */
  private groups: readonly JoinedGroup[] = [];
  private newcomers: readonly RegisteredEngine[] = [];
  private routed: number;

  constructor(
    private readonly client: ResizableClient,
    private readonly parts: ElasticParts,
    private readonly logger: Logger,
  ) {
    this.routed = client.engines().length;
    this.scaling = new ElasticScaling(this, parts.timeoutMs, parts.rendezvous);
  }

  get release(): string {
    return this.client.engines()[0].layout.release;
  }

  get engineCount(): number {
    return this.client.engines().length;
  }

  /** Some engines are on their way out, and may end in any manner. */
  get isShrinking(): boolean {
    return this.routed < this.engineCount;
  }

  call(engine: number, method: string, args: readonly unknown[]): Promise<unknown> {
    return this.client.call(engine, method, args, this.parts.timeoutMs);
  }

  openRendezvous(): Promise<Rendezvous> {
    return openRendezvous(this.parts.host);
  }

  async drained(timeoutMs: number): Promise<boolean> {
    let isIdle = false;
    await within(
      timeoutMs,
      this.client.idle().then(() => void (isIdle = true)),
    );
    return isIdle;
  }

  async joined(engineCount: number, place: Rendezvous['place']): Promise<void> {
    const { engineCount: from, client } = this;
    const growth = { from, to: engineCount, place, maxModelLen: client.maxModelLen() };
    const { group, engines } = await this.parts.growth.by(growth);
    this.groups = [...this.groups, { group, startRank: from }];
    this.newcomers = engines;
    void group.ended.then((reason) => this.ended(from, reason));
  }

  stopRouting(engineCount: number): void {
    this.routed = engineCount;
    this.client.routeTo(engineCount);
  }

  resized(engineCount: number): void {
    this.routed = engineCount;
    this.client.replaceEngines([...this.client.engines(), ...this.newcomers].slice(0, engineCount));
    this.newcomers = [];
    const gone = this.groups.filter(({ startRank }) => startRank >= engineCount);
    this.groups = this.groups.filter((group) => !gone.includes(group));
    void stopAll(gone);
  }

  failed(reason: string, isCommitting: boolean): void {
    this.logger.error({ reason }, 'the number of engines could not be changed');
    this.parts.growth.giveUp(reason);
    if (isCommitting) {
      this.client.die(reason);
      return;
    }
    const strangers = this.groups.filter(({ startRank }) => startRank >= this.engineCount);
    this.groups = this.groups.filter((group) => !strangers.includes(group));
    void stopAll(strangers);
  }

  /** Takes a message on the input socket; false when it is no registration that is waited for. */
  accept(frames: readonly Buffer[]): boolean {
    return this.parts.growth.accept(frames);
  }

  /** Ends a change that is under way, and the processes that joined. */
  async close(): Promise<void> {
    this.scaling.close();
    this.parts.growth.giveUp('the client is closed');
    await stopAll(this.groups);
  }

  /** Processes of ranks that leave may end, and those of ranks that never arrived fail the change, not the deployment. */
  private ended(startRank: number, reason: string): void {
    if (startRank < this.routed) {
      this.client.die(reason);
    } else if (this.newcomers.length > 0) {
      this.scaling.interrupt(reason);
    }
  }
}

async function stopAll(groups: readonly JoinedGroup[]): Promise<void> {
  await Promise.all(groups.map(({ group }) => group.stop()));
}
