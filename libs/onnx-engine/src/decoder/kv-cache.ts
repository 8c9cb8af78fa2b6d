import type { Tensor, TensorData, TensorType } from '@app/onnx-runtime';

/** One cached tensor of a model: the keys or the values of one layer. */
export interface KvTensorShape {
  /** `past_key_values.0.key` */
  readonly pastName: string;
  /** `present.0.key` */
  readonly presentName: string;
  readonly type: TensorType;
  readonly heads: number;
  readonly headSize: number;
}

export interface KvLimits {
  readonly slots: number;
  /** Tokens in a slot. */
  readonly length: number;
  /** Tokens for which a slot first gets memory. */
  readonly initialLength: number;
}

/**
 * The KV cache: per tensor one array [slots, heads, capacity, headSize], so that a range of slots is one contiguous view a run can take as it
 * is. Slots and capacity double on demand; the memory of rows that were never written is not touched.
 */
export class KvCache {
  private readonly arrays: TensorData[];
  private slots = 0;
  private length = 0;

  constructor(
    readonly shapes: readonly KvTensorShape[],
    private readonly limits: KvLimits,
  ) {
    this.arrays = shapes.map(({ type }) => allocate(type, 0));
  }

  get allocatedSlots(): number {
    return this.slots;
  }

  /** Tokens a slot has room for. */
  get capacity(): number {
    return this.length;
  }

  /** Makes room for `slots` slots of `length` tokens; keeps what is cached. Throws `RangeError` past the limits. */
  reserve(slots: number, length: number): void {
    if (slots > this.limits.slots || length > this.limits.length) {
      throw new RangeError(`no room for ${slots} sequences of ${length} tokens in the KV cache`);
    }
    if (slots <= this.slots && length <= this.length) {
      return;
    }
    const newSlots = grow(this.slots, slots, { first: 1, limit: this.limits.slots });
    const newLength = grow(this.length, length, { first: this.limits.initialLength, limit: this.limits.length });
    // One after the other, so that only one of them exists twice.
    for (const [index, { type, heads, headSize }] of this.shapes.entries()) {
      const old = this.arrays[index];
      const bigger = allocate(type, newSlots * heads * newLength * headSize);
      for (let block = 0; block < this.slots * heads; block += 1) {
        const start = block * this.length * headSize;
        copyInto(bigger, block * newLength * headSize, old.subarray(start, start + this.length * headSize));
      }
      this.arrays[index] = bigger;
    }
    this.slots = newSlots;
    this.length = newLength;
  }

  /** The cached tensor of the slots `first…first+count-1`: [count, heads, capacity, headSize], the cache's own memory. */
  view(tensor: number, first: number, count: number): Tensor {
    const { type, heads, headSize } = this.shapes[tensor];
    const slotSize = heads * this.length * headSize;
    return {
      type,
      dims: [count, heads, this.length, headSize],
      data: this.arrays[tensor].subarray(first * slotSize, (first + count) * slotSize),
    };
  }

  /** Writes rows of a slot's head from a token on. */
  write(tensor: number, { slot, head, token }: { slot: number; head: number; token: number }, rows: TensorData): void {
    const { heads, headSize } = this.shapes[tensor];
    copyInto(this.arrays[tensor], ((slot * heads + head) * this.length + token) * headSize, rows);
  }

  copySlot(from: number, to: number, length: number): void {
    this.forEachHead(from, to, length, (source, target) => copyInto(target, 0, source));
  }

  swapSlots(a: number, b: number, length: number): void {
    this.forEachHead(a, b, length, (first, second) => {
      const kept = first.slice();
      copyInto(first, 0, second);
      copyInto(second, 0, kept);
    });
  }

  private forEachHead(a: number, b: number, length: number, visit: (a: TensorData, b: TensorData) => void): void {
    if (a === b || length === 0) {
      return;
    }
    this.shapes.forEach(({ heads, headSize }, tensor) => {
      for (let head = 0; head < heads; head += 1) {
        const rowsOf = (slot: number): TensorData => {
          const start = (slot * heads + head) * this.length * headSize;
          return this.arrays[tensor].subarray(start, start + length * headSize);
        };
        visit(rowsOf(a), rowsOf(b));
      }
    });
  }
}

/** Memory of one token in one slot. */
export function kvBytesPerToken(shapes: readonly KvTensorShape[]): number {
  return shapes.reduce(
    (sum, { type, heads, headSize }) => sum + heads * headSize * allocate(type, 0).BYTES_PER_ELEMENT,
    0,
  );
}

function grow(current: number, wanted: number, { first, limit }: { first: number; limit: number }): number {
  let size = Math.max(current, Math.min(first, limit));
  while (size < wanted) {
    size = Math.min(size * 2, limit);
  }
  return size;
}

function allocate(type: TensorType, length: number): TensorData {
  switch (type) {
    case 'float32':
      return new Float32Array(length);
    case 'float16':
      return new Uint16Array(length);
    case 'int8':
      return new Int8Array(length);
    case 'uint8':
      return new Uint8Array(length);
    case 'int32':
    case 'int64':
    case 'bool':
      throw new TypeError(`a KV cache of ${type} is not supported`);
  }
}

/** `set` of two typed arrays that are known to have the same element type. */
function copyInto(target: TensorData, offset: number, source: TensorData): void {
  if (target instanceof BigInt64Array || source instanceof BigInt64Array) {
    throw new TypeError('a KV cache of int64 is not supported');
  }
  target.set(source, offset);
}
