import type { DecoderModel, LogitRows, WantedLogits } from '../decoder/decoder-model.js';
import { RandomStream } from '../sampler/random-stream.js';

interface ToyDecoderOptions {
  readonly vocabularySize?: number;
  readonly maxSlots?: number;
}

/** One call of the decoder, as the scheduler made it. */
export type ToyRun =
  | { readonly kind: 'prefill'; readonly slot: number; readonly past: number; readonly tokenIds: readonly number[] }
  | { readonly kind: 'decode'; readonly tokenIds: readonly number[]; readonly pasts: readonly number[] };

/**
 * A decoder whose logits are random numbers seeded by every token a slot holds: whoever gets another sequence's cache, or a cache that is
 * too long or too short, gets other tokens.
 */
export class ToyDecoder implements DecoderModel {
  readonly vocabularySize: number;
  readonly runs: ToyRun[] = [];
  released = false;
  /** Set: the next run fails with this. */
  failure: Error | undefined;
  private readonly slots: number[][];
  private touched = 0;
  private held: { readonly start: () => void; readonly end: Promise<void> } | undefined;

  constructor({ vocabularySize = 32, maxSlots = 64 }: ToyDecoderOptions = {}) {
    this.vocabularySize = vocabularySize;
    this.slots = Array.from({ length: maxSlots }, () => []);
  }

  get allocatedSlots(): number {
    return this.touched;
  }

  async prefill(slot: number, past: number, tokenIds: readonly number[], wanted: WantedLogits): Promise<LogitRows> {
    this.runs.push({ kind: 'prefill', slot, past, tokenIds });
    const rows = tokenIds.map((tokenId, index) => this.append(slot, past + index, tokenId));
    return this.finish(wanted === 'each' ? rows : wanted === 'last' ? rows.slice(-1) : []);
  }

  async decode(tokenIds: readonly number[], pasts: readonly number[]): Promise<LogitRows> {
    this.runs.push({ kind: 'decode', tokenIds, pasts });
    return this.finish(tokenIds.map((tokenId, slot) => this.append(slot, pasts[slot], tokenId)));
  }

  /** Makes the next run last until `letGo`; `started` resolves when it has begun. */
  holdNextRun(): { readonly started: Promise<void>; readonly letGo: () => void } {
    let letGo = (): void => undefined;
    let start = (): void => undefined;
    const started = new Promise<void>((resolve) => (start = resolve));
    const end = new Promise<void>((resolve) => (letGo = resolve));
    this.held = { start, end };
    return { started, letGo };
  }

  copySlot(from: number, to: number, length: number): void {
    this.slots[to] = this.slots[from].slice(0, length);
  }

  swapSlots(a: number, b: number, length: number): void {
    [this.slots[a], this.slots[b]] = [this.slots[b].slice(0, length), this.slots[a].slice(0, length)];
  }

  terminate(): void {
    this.failure = new Error('terminated');
  }

  release(): Promise<void> {
    this.released = true;
    return Promise.resolve();
  }

  private append(slot: number, past: number, tokenId: number): Float32Array {
    this.touched = Math.max(this.touched, slot + 1);
    if (this.slots[slot].length < past) {
      throw new Error(`slot ${slot} holds ${this.slots[slot].length} tokens, ${past} are claimed`);
    }
    this.slots[slot] = [...this.slots[slot].slice(0, past), tokenId];
    return toyLogits(this.slots[slot], this.vocabularySize);
  }

  private async finish(rows: readonly Float32Array[]): Promise<LogitRows> {
    const held = this.held;
    this.held = undefined;
    held?.start();
    await held?.end;
    if (this.failure !== undefined) {
      throw this.failure;
    }
    return { count: rows.length, row: (index) => rows[index] };
  }
}

/** The logits after a sequence of tokens: from -4 to 4. */
export function toyLogits(tokenIds: readonly number[], vocabularySize: number): Float32Array {
  const seed = tokenIds.reduce(
    (hash, tokenId) => BigInt.asUintN(64, (hash ^ BigInt(tokenId)) * 0x100000001b3n),
    14695981039346656037n,
  );
  const random = new RandomStream(seed);
  return Float32Array.from({ length: vocabularySize }, () => random.next() * 8 - 4);
}
