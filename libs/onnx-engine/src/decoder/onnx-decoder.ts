import type { OnnxSession, Tensor } from '@app/onnx-runtime';
import type { DecoderModel, LogitRows } from './decoder-model.js';
import type { DecoderSignature } from './decoder-signature.js';
import { KvCache } from './kv-cache.js';
import type { KvLimits } from './kv-cache.js';
import { toAttentionMask } from './attention-mask.js';

/**
 * How the graph treats its cache.
 * - `in-place`: GroupQueryAttention. Past and present are the same memory, the run writes the new rows behind each slot's end.
 * - `new-rows`: the present outputs are only the new rows (a Concat export after surgery); they are copied behind each slot's end.
 * - `whole`: the present outputs are past and new rows together (a Concat export as it came); only the new rows are copied.
 * In the last two the past is the slots' whole capacity, with the unused rows masked out, so their cost grows with the capacity.
 */
export type KvLayout = 'in-place' | 'new-rows' | 'whole';

export interface OnnxDecoderOptions {
  readonly layout: KvLayout;
  readonly limits: KvLimits;
}

/** A decoder graph with its cache, over one session. */
export class OnnxDecoder implements DecoderModel {
  private readonly cache: KvCache;
  private logits = new Float32Array(0);
  private presents: readonly Tensor[] = [];

  constructor(
    private readonly session: OnnxSession,
    private readonly signature: DecoderSignature,
    private readonly options: OnnxDecoderOptions,
  ) {
    this.cache = new KvCache(signature.kv, options.limits);
  }

  get vocabularySize(): number {
    return this.signature.vocabularySize;
  }

  get allocatedSlots(): number {
    return this.cache.allocatedSlots;
  }

  async prefill(slot: number, past: number, tokenIds: readonly number[], wanted: 'last' | 'each'): Promise<LogitRows> {
    const rows = await this.run({
      first: slot,
      pasts: [past],
      tokenIds,
      logitsPerSlot: wanted === 'last' ? 1 : undefined,
    });
    const skipped = wanted === 'last' ? rows.count - 1 : 0;
    return { count: rows.count - skipped, row: (index) => rows.row(skipped + index) };
  }

  decode(tokenIds: readonly number[], pasts: readonly number[]): Promise<LogitRows> {
    return this.run({ first: 0, pasts, tokenIds, logitsPerSlot: 1 });
  }

  copySlot(from: number, to: number, length: number): void {
    this.cache.reserve(Math.max(from, to) + 1, length);
    this.cache.copySlot(from, to, length);
  }

  swapSlots(a: number, b: number, length: number): void {
    this.cache.reserve(Math.max(a, b) + 1, length);
    this.cache.swapSlots(a, b, length);
  }

  terminate(): void {
    this.session.terminate();
  }

  release(): Promise<void> {
    return this.session.release();
  }

  /** Runs `tokenIds` ([slots, sequence], row-major) of the slots from `first` on. */
  private async run(batch: Batch): Promise<LogitRows> {
    const { first, pasts, tokenIds } = batch;
    const sequence = tokenIds.length / pasts.length;
    this.cache.reserve(first + pasts.length, Math.max(...pasts) + sequence);
    const kv = this.signature.kv.map((_, tensor) => this.cache.view(tensor, first, pasts.length));
    const logits = this.logitsTensor(batch, sequence);
    this.presents = this.options.layout === 'in-place' ? kv : this.presentTensors(pasts.length, sequence);
    const outputs: Record<string, Tensor> = { logits };
    this.signature.kv.forEach(({ presentName }, tensor) => (outputs[presentName] = this.presents[tensor]));
    await this.session.run(this.inputs(batch, sequence, kv), outputs);
    if (this.options.layout !== 'in-place') {
      this.keepNewRows(batch, sequence);
    }
    return toRows(logits);
  }

  private inputs(batch: Batch, sequence: number, kv: readonly Tensor[]): Record<string, Tensor> {
    const { pasts, tokenIds } = batch;
    const dims = [pasts.length, sequence];
    const inputs: Record<string, Tensor> = {
      input_ids: { type: 'int64', dims, data: BigInt64Array.from(tokenIds, BigInt) },
      attention_mask: toAttentionMask(
        pasts,
        sequence,
        this.options.layout === 'in-place' ? undefined : this.cache.capacity,
      ),
    };
    if (this.signature.wantsPositionIds) {
      const positions = pasts.flatMap((past) => Array.from({ length: sequence }, (_, index) => BigInt(past + index)));
      inputs.position_ids = { type: 'int64', dims, data: BigInt64Array.from(positions) };
    }
    if (this.signature.logitsToKeepInput !== undefined) {
      const kept = batch.logitsPerSlot ?? sequence;
      inputs[this.signature.logitsToKeepInput] = { type: 'int64', dims: [1], data: BigInt64Array.of(BigInt(kept)) };
    }
    this.signature.kv.forEach(({ pastName }, tensor) => (inputs[pastName] = kv[tensor]));
    return inputs;
  }

  /** A view of the engine's one buffer for logits, which grows to the largest run. */
  private logitsTensor({ pasts, logitsPerSlot }: Batch, sequence: number): Tensor {
    const positions = this.signature.logitsToKeepInput === undefined ? sequence : (logitsPerSlot ?? sequence);
    const dims = [pasts.length, positions, this.vocabularySize];
    const length = pasts.length * positions * this.vocabularySize;
    if (this.logits.length < length) {
      this.logits = new Float32Array(length);
    }
    return { type: 'float32', dims, data: this.logits.subarray(0, length) };
  }

  /** Memory for the present outputs of a graph that does not write in place; reused while the shape stays. */
  private presentTensors(slots: number, sequence: number): readonly Tensor[] {
    const rows = this.options.layout === 'new-rows' ? sequence : this.cache.capacity + sequence;
    return this.signature.kv.map(({ type, heads, headSize }, index) => {
      const dims = [slots, heads, rows, headSize];
      const kept = this.presents.at(index);
      if (kept !== undefined && kept.dims.every((size, axis) => size === dims[axis])) {
        return kept;
      }
      const length = slots * heads * rows * headSize;
      return { type, dims, data: type === 'float16' ? new Uint16Array(length) : new Float32Array(length) };
    });
  }

  private keepNewRows({ first, pasts }: Batch, sequence: number): void {
    this.presents.forEach(({ data, dims: [, heads, rows, headSize] }, tensor) => {
      pasts.forEach((past, index) => {
        for (let head = 0; head < heads; head += 1) {
          const end = ((index * heads + head) * rows + rows) * headSize;
          const newRows = data.subarray(end - sequence * headSize, end);
          this.cache.write(tensor, { slot: first + index, head, token: past }, newRows);
        }
      });
    });
  }
}

interface Batch {
  readonly first: number;
  readonly pasts: readonly number[];
  readonly tokenIds: readonly number[];
  /** Undefined: of every position. */
  readonly logitsPerSlot: number | undefined;
}

/** Every row of a [batch, positions, vocabulary] tensor, in memory order. */
function toRows({ data, dims: [batch, positions, vocabularySize] }: Tensor): LogitRows {
  if (!(data instanceof Float32Array)) {
    throw new TypeError('logits are not float32');
  }
  return {
    count: batch * positions,
    row: (index) => data.subarray(index * vocabularySize, (index + 1) * vocabularySize),
  };
}
