import { LOGITS_POSITIONS } from '@app/onnx-runtime';
import type { CacheLayout, OnnxSession, Tensor } from '@app/onnx-runtime';
import type { DecoderModel, LogitRows, WantedLogits } from './decoder-model.js';
import type { DecoderSignature } from './decoder-signature.js';
import { KvCache } from './kv-cache.js';
import type { KvLimits } from './kv-cache.js';
import { toAttentionMask } from './attention-mask.js';

export interface OnnxDecoderOptions {
  readonly layout: CacheLayout;
  readonly limits: KvLimits;
}

/**
 * A decoder graph with its cache, over one session. With the layout `in-place` past and present are the same memory, and a run writes the new
 * rows behind each slot's end. With the others the past is the slots' whole capacity, unused rows masked out, and the new rows are copied out
 * of the present outputs; so their cost grows with the capacity.
 */
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

  prefill(slot: number, past: number, tokenIds: readonly number[], wanted: WantedLogits): Promise<LogitRows> {
    return this.run({ first: slot, pasts: [past], tokenIds, wanted });
  }

  decode(tokenIds: readonly number[], pasts: readonly number[]): Promise<LogitRows> {
    return this.run({ first: 0, pasts, tokenIds, wanted: 'last' });
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
    const { first, pasts, tokenIds, wanted } = batch;
    const sequence = tokenIds.length / pasts.length;
    this.cache.reserve(first + pasts.length, Math.max(...pasts) + sequence);
    const kv = this.signature.kv.map((_, tensor) => this.cache.view(tensor, first, pasts.length));
    const logits = this.logitsTensor(pasts.length, this.signature.takesLogitsPositions ? wantedCount(batch) : sequence);
    this.presents = this.options.layout === 'in-place' ? kv : this.presentTensors(pasts.length, sequence);
    const outputs: Record<string, Tensor> = { logits };
    this.signature.kv.forEach(({ presentName }, tensor) => (outputs[presentName] = this.presents[tensor]));
    await this.session.run(this.inputs(batch, kv), outputs);
    if (this.options.layout !== 'in-place') {
      this.keepNewRows(batch, sequence);
    }
    return toRows(logits, wanted);
  }

  private inputs(batch: Batch, kv: readonly Tensor[]): Record<string, Tensor> {
    const { pasts, tokenIds } = batch;
    const { wantsPositionIds, takesLogitsPositions, logitsToKeepDims } = this.signature;
    const sequence = tokenIds.length / pasts.length;
    const dims = [pasts.length, sequence];
    const holeWidth = this.options.layout === 'in-place' ? undefined : this.cache.capacity;
    const inputs: Record<string, Tensor> = {
      input_ids: { type: 'int64', dims, data: BigInt64Array.from(tokenIds, BigInt) },
      attention_mask: toAttentionMask(pasts, sequence, holeWidth),
    };
    if (wantsPositionIds) {
      const positions = pasts.flatMap((past) => Array.from({ length: sequence }, (_, index) => BigInt(past + index)));
      inputs.position_ids = { type: 'int64', dims, data: BigInt64Array.from(positions) };
    }
    if (takesLogitsPositions) {
      inputs[LOGITS_POSITIONS] = toLogitsPositions(batch);
    }
    if (logitsToKeepDims !== undefined) {
      // 0 stands for all of them.
      inputs.num_logits_to_keep = { type: 'int64', dims: logitsToKeepDims, data: BigInt64Array.of(0n) };
    }
    this.signature.kv.forEach(({ pastName }, tensor) => (inputs[pastName] = kv[tensor]));
    return inputs;
  }

  /** A view of the engine's one buffer for logits, which grows to the largest run. */
  private logitsTensor(slots: number, positions: number): Tensor {
    const dims = [slots, positions, this.vocabularySize];
    const length = slots * positions * this.vocabularySize;
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
  /** Of each slot. */
  readonly wanted: WantedLogits;
}

function wantedCount({ pasts, tokenIds, wanted }: Batch): number {
  if (wanted === 'each') {
    return tokenIds.length / pasts.length;
  }
  return wanted === 'last' ? 1 : 0;
}

/** Where in the sequence of each slot logits are wanted: int64 [slots, wanted, 1]. */
function toLogitsPositions(batch: Batch): Tensor {
  const { pasts, tokenIds } = batch;
  const count = wantedCount(batch);
  const first = tokenIds.length / pasts.length - count;
  const data = BigInt64Array.from({ length: pasts.length * count }, (_, index) => BigInt(first + (index % count)));
  return { type: 'int64', dims: [pasts.length, count, 1], data };
}

/** The wanted rows of a [slots, positions, vocabulary] tensor: all of them, or the last of each slot. */
function toRows({ data, dims: [slots, positions, vocabularySize] }: Tensor, wanted: WantedLogits): LogitRows {
  if (!(data instanceof Float32Array)) {
    throw new TypeError('logits are not float32');
  }
  const rowAt = (at: number): Float32Array => data.subarray(at * vocabularySize, (at + 1) * vocabularySize);
  switch (wanted) {
    case 'none':
      return { count: 0, row: rowAt };
    case 'last':
      return { count: slots, row: (index) => rowAt((index + 1) * positions - 1) };
    case 'each':
      return { count: slots * positions, row: rowAt };
  }
}
