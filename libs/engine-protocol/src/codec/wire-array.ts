import { MalformedMessageError } from '../malformed-message.error.js';
import type { MsgpackReader } from '../msgpack/msgpack-reader.js';
import type { MsgpackWriter } from '../msgpack/msgpack-writer.js';

/** Arrays of this many bytes and more travel in a frame of their own (engine protocol §3.4: VLLM_MSGPACK_ZERO_COPY_THRESHOLD, compared with `<`). */
const AUXILIARY_FRAME_BYTES = 256;

/** A numpy array (`dtype` like `<f4`) or a torch tensor (`float32`) as sent. */
export interface WireArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major, little-endian; a view into the frame it came in, with an offset that is not aligned. */
  readonly bytes: Uint8Array;
}

/**
 * Writes `[dtype, shape, data]`; data of 256 bytes and more goes to the end of `frames`, whose first element stands for the payload frame.
 * Sent frames are shared with the socket: `copy: false` is for arrays that nobody writes to any more.
 */
export function writeWireArray(
  writer: MsgpackWriter,
  array: WireArray,
  frames: Buffer[],
  { copy = true }: { readonly copy?: boolean } = {},
): void {
  writer.arrayHeader(3);
  writer.string(array.dtype);
  writer.ints(array.shape);
  // A 0-dimensional numpy array stays inline; it is far below the threshold anyway.
  if (array.bytes.length < AUXILIARY_FRAME_BYTES) {
    writer.rawView(array.bytes);
  } else {
    writer.int(frames.length);
    const { buffer, byteOffset, byteLength } = array.bytes;
    frames.push(copy ? Buffer.from(array.bytes) : Buffer.from(buffer, byteOffset, byteLength));
  }
}

/** Reads either form, whatever the sender's threshold. Throws MalformedMessageError when shape, dtype and size do not fit each other. */
export function readWireArray(reader: MsgpackReader, frames: readonly Uint8Array[]): WireArray {
  const elements = reader.readArrayHeader();
  if (elements !== 3) throw new MalformedMessageError(`an array has 3 elements on the wire, not ${elements}`);
  const dtype = reader.readString();
  const shape = reader.readInts();
  const bytes = reader.nextIsInt() ? auxiliaryFrame(reader.readInt(), frames) : reader.readRawView();
  const itemSize = DTYPES.get(dtype)?.itemSize;
  if (itemSize === undefined) throw new MalformedMessageError('the array has an unknown dtype');
  let size = itemSize;
  for (const dimension of shape) {
    if (dimension < 0) throw new MalformedMessageError('the array has a negative dimension');
    size *= dimension;
  }
  if (size !== bytes.length) throw new MalformedMessageError('the shape of the array does not fit its size');
  return { dtype, shape, bytes };
}

/** The elements as numbers, row-major. Copies only where the view is not aligned or has no typed array of its own. */
export function toNumbers({ dtype, bytes }: WireArray): ArrayLike<number> {
  return DTYPES.get(dtype)!.toNumbers(bytes);
}

export function int32Array(values: ArrayLike<number>, shape: readonly number[], dtype: '<i4' | 'int32'): WireArray {
  return { dtype, shape, bytes: bytesOf(values instanceof Int32Array ? values : Int32Array.from(values)) };
}

export function float32Array(values: ArrayLike<number>, shape: readonly number[], dtype: '<f4' | 'float32'): WireArray {
  return { dtype, shape, bytes: bytesOf(values instanceof Float32Array ? values : Float32Array.from(values)) };
}

export function int64Array(values: ArrayLike<number>, shape: readonly number[]): WireArray {
  return { dtype: '<i8', shape, bytes: bytesOf(BigInt64Array.from(Array.from(values, BigInt))) };
}

function auxiliaryFrame(index: number, frames: readonly Uint8Array[]): Uint8Array {
  const frame = index >= 1 ? frames[index] : undefined;
  if (!frame) throw new MalformedMessageError(`there is no auxiliary frame ${index}`);
  return frame;
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

interface Dtype {
  readonly itemSize: number;
  readonly toNumbers: (bytes: Uint8Array) => ArrayLike<number>;
}

interface TypedArrayConstructor<T extends ArrayBufferView> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

function typed<T extends ArrayBufferView, N extends ArrayLike<number> = T & ArrayLike<number>>(
  constructor: TypedArrayConstructor<T>,
  convert: (array: T) => N = (array) => array as unknown as N,
): Dtype {
  const itemSize = constructor.BYTES_PER_ELEMENT;
  return {
    itemSize,
    toNumbers(bytes) {
      const aligned = bytes.byteOffset % itemSize === 0 ? bytes : new Uint8Array(bytes);
      return convert(new constructor(aligned.buffer, aligned.byteOffset, bytes.length / itemSize));
    },
  };
}

const float16 = typed(Uint16Array, (halves) => Float32Array.from(halves, halfToNumber));
const bfloat16 = typed(Uint16Array, (halves) => {
  const wide = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(wide.buffer);
});
const int8 = typed(Int8Array);
const uint8 = typed(Uint8Array);
const int16 = typed(Int16Array);
const uint16 = typed(Uint16Array);
const int32 = typed(Int32Array);
const uint32 = typed(Uint32Array);
const int64 = typed(BigInt64Array, (wide) => Float64Array.from(wide, Number));
const uint64 = typed(BigUint64Array, (wide) => Float64Array.from(wide, Number));
const float32 = typed(Float32Array);
const float64 = typed(Float64Array);

/** numpy's dtype strings and torch's names. Big-endian arrays do not occur and are refused. */
const DTYPES: ReadonlyMap<string, Dtype> = new Map([
  ['|b1', uint8],
  ['bool', uint8],
  ['|u1', uint8],
  ['uint8', uint8],
  ['|i1', int8],
  ['int8', int8],
  ['<i2', int16],
  ['int16', int16],
  ['<u2', uint16],
  ['uint16', uint16],
  ['<i4', int32],
  ['int32', int32],
  ['<u4', uint32],
  ['uint32', uint32],
  ['<i8', int64],
  ['int64', int64],
  ['<u8', uint64],
  ['uint64', uint64],
  ['<f2', float16],
  ['float16', float16],
  ['bfloat16', bfloat16],
  ['<f4', float32],
  ['float32', float32],
  ['<f8', float64],
  ['float64', float64],
]);

/** IEEE 754 binary16. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
