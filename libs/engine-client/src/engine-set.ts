import { engineIdentity, engineIndexOf, WireCodec } from '@app/engine-protocol';
import type { WireLayout } from '@app/engine-protocol';
import { engineOfIdentity } from './group/handshake-state.js';
import type { RegisteredEngine } from './start-up/registrations.js';

export interface EngineSetOptions {
  /** Global rank of engine 0. */
  readonly startRank: number;
  /** Their number changes while they run. */
  readonly elastic: boolean;
}

/** The engine cores behind a client, in the order of ranks: what they are called and how they speak. Those of one deployment may be of different releases. */
export class EngineSet {
  private engines: readonly RegisteredEngine[] = [];
  private codecs: readonly WireCodec[] = [];
  private readonly codecOf = new Map<WireLayout, WireCodec>();
  private readonly identities: Buffer[] = [];

  /** At least one engine. */
  constructor(
    engines: readonly RegisteredEngine[],
    private readonly options: EngineSetOptions,
  ) {
    this.replace(engines);
  }

  get count(): number {
    return this.engines.length;
  }

  /** In the order of ranks. */
  get registered(): readonly RegisteredEngine[] {
    return this.engines;
  }

  /** From now on it is these. */
  replace(engines: readonly RegisteredEngine[]): void {
    this.engines = engines;
    this.codecs = engines.map(({ layout }) => this.codecFor(layout));
  }

  has(engine: number): boolean {
    return engine in this.engines;
  }

  codec(engine: number): WireCodec {
    return this.codecs[engine];
  }

  /** Of the engine that sent this message to the output socket; who is none of them is heard as the first one. */
  codecOfSender(frames: readonly Buffer[]): WireCodec {
    const [first] = this.codecs;
    return this.codecOf.size === 1 ? first : (this.codecs[this.senderOf(frames)] ?? first);
  }

  /** Index of that engine; of none of them it is out of range. */
  senderOf([payload]: readonly Buffer[]): number {
    return this.isAlone ? 0 : (engineIndexOf(payload) ?? -1) - this.options.startRank;
  }

  /** The same for what a decoded message says of itself. */
  engineOf(engineIndex: number): number {
    return this.isAlone ? 0 : engineIndex - this.options.startRank;
  }

  /** Routing id of an engine, of one that has left too. */
  identity(engine: number): Buffer {
    return (this.identities[engine] ??= engineIdentity(this.rank(engine)));
  }

  /** Undefined for a stranger. */
  ofIdentity(identity: Uint8Array): number | undefined {
    return engineOfIdentity(identity, { startRank: this.options.startRank, engineCount: this.count });
  }

  /** Global data-parallel rank. */
  rank(engine: number): number {
    return this.options.startRank + engine;
  }

  name(engine: number): string {
    return `engine core ${this.rank(engine)}`;
  }

  /** Engines name their global rank; when there is only one, and no other can come, nobody else can have spoken. */
  private get isAlone(): boolean {
    return this.count === 1 && !this.options.elastic;
  }

  private codecFor(layout: WireLayout): WireCodec {
    const codec = this.codecOf.get(layout) ?? new WireCodec(layout);
    this.codecOf.set(layout, codec);
    return codec;
  }
}
