import { engineIndexOf, WireCodec } from '@app/engine-protocol';
import type { WireLayout } from '@app/engine-protocol';

/** How each engine speaks: those of one deployment may be of different releases. */
export class EngineCodecs {
  private readonly codecs: readonly WireCodec[];
  private readonly onlyOne: boolean;

  /** `layouts`: of each engine, from the one with rank `startRank` on; at least one. */
  constructor(
    layouts: readonly WireLayout[],
    private readonly startRank: number,
  ) {
    const codecOf = new Map(layouts.map((layout) => [layout, new WireCodec(layout)]));
    this.codecs = layouts.map((layout) => codecOf.get(layout) ?? new WireCodec(layout));
    this.onlyOne = codecOf.size === 1;
  }

  of(engine: number): WireCodec {
    return this.codecs[engine];
  }

  /** Of the engine that sent this message to the output socket; who is none of them is heard as the first one. */
  ofSender(frames: readonly Buffer[]): WireCodec {
    const [first] = this.codecs;
    return this.onlyOne ? first : (this.codecs[this.senderOf(frames)] ?? first);
  }

  /** Index of that engine. When there is only one, nobody else can have spoken. */
  senderOf([payload]: readonly Buffer[]): number {
    return this.codecs.length === 1 ? 0 : (engineIndexOf(payload) ?? -1) - this.startRank;
  }
}
