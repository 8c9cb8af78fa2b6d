/** Rows of logits of one run; valid, and the caller's to overwrite, until the next run. */
export interface LogitRows {
  readonly count: number;
  row(index: number): Float32Array;
}

/** After which tokens of a run logits are wanted. */
export type WantedLogits = 'none' | 'last' | 'each';

/**
 * A decoder with its KV cache, as the scheduler drives it. The cache is a row of slots, one sequence each; what a slot holds is the caller's
 * knowledge. A batch is always the slots 0…n-1, because the cache of a batch must be contiguous. One call at a time; every run but the last
 * must have been awaited before slots are moved.
 */
export interface DecoderModel {
  /** Length of a row of logits. */
  readonly vocabularySize: number;
  /** Slots for which memory exists by now; grows on demand up to the limit the decoder was made with. */
  readonly allocatedSlots: number;
  /** Appends tokens to a slot that holds `past` of them. */
  prefill(slot: number, past: number, tokenIds: readonly number[], wanted: WantedLogits): Promise<LogitRows>;
  /** Appends one token to each of the slots 0…n-1, which hold `pasts[slot]` tokens. Row i belongs to slot i. */
  decode(tokenIds: readonly number[], pasts: readonly number[]): Promise<LogitRows>;
  /** Copies the first `length` tokens of a slot over those of another. */
  copySlot(from: number, to: number, length: number): void;
  /** Exchanges two slots, `length` tokens of each. */
  swapSlots(a: number, b: number, length: number): void;
  /** Makes the run in progress fail. */
  terminate(): void;
  release(): Promise<void>;
}
