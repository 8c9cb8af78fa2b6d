/** The dtypes that prompt embeddings may have, by torch's names. */
export type FloatDtype = 'bfloat16' | 'float16' | 'float32' | 'float64';

/** Bytes per element, by torch's name of the dtype; those that are no floats are known so that they can be named. */
export const ITEM_SIZES: ReadonlyMap<string, number> = new Map([
  ['bfloat16', 2],
  ['float16', 2],
  ['float32', 4],
  ['float64', 8],
  ['bool', 1],
  ['int8', 1],
  ['uint8', 1],
  ['int16', 2],
  ['uint16', 2],
  ['int32', 4],
  ['uint32', 4],
  ['int64', 8],
  ['uint64', 8],
  ['complex64', 8],
  ['complex128', 16],
]);

/** How a float stands in memory, little-endian. */
export interface FloatFormat {
  readonly itemSize: number;
  /** Where rounding to the nearest ends at infinity: finite values are below, in size. */
  readonly overflowsAt: number;
  readonly read: (view: DataView, at: number) => number;
  /** `value`: below `overflowsAt`, and a float32 unless this is float64. Rounds to nearest, ties to even, as torch does. */
  readonly write: (view: DataView, at: number, value: number) => void;
}

export const FLOAT_FORMATS: Readonly<Record<FloatDtype, FloatFormat>> = {
  bfloat16: {
    itemSize: 2,
    overflowsAt: 2 ** 128 - 2 ** 119,
    read: (view, at) => fromBits(view.getUint16(at, true) << 16),
    write: (view, at, value) => view.setUint16(at, toBfloat16(value), true),
  },
  float16: {
    itemSize: 2,
    overflowsAt: 65_520,
    read: (view, at) => fromFloat16(view.getUint16(at, true)),
    write: (view, at, value) => view.setUint16(at, toFloat16(value), true),
  },
  float32: {
    itemSize: 4,
    overflowsAt: Infinity,
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, value) => view.setFloat32(at, value, true),
  },
  float64: {
    itemSize: 8,
    overflowsAt: Infinity,
    read: (view, at) => view.getFloat64(at, true),
    write: (view, at, value) => view.setFloat64(at, value, true),
  },
};

export function isFloatDtype(dtype: string | undefined): dtype is FloatDtype {
  return dtype !== undefined && Object.hasOwn(FLOAT_FORMATS, dtype);
}

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

function fromBits(pattern: number): number {
  bits[0] = pattern;
  return floats[0];
}

function toBits(value: number): number {
  floats[0] = value;
  return bits[0];
}

/** The upper half of a float32, rounded. */
function toBfloat16(value: number): number {
  const pattern = toBits(value);
  return (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16;
}

/** IEEE 754 binary16. The exponent's bias goes from 15 to 127, but for the exponents of zero and of infinity. */
function fromFloat16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = half & 0x7c00;
  if (exponent === 0) {
    return (sign === 0 ? 2 ** -24 : -(2 ** -24)) * (half & 0x3ff);
  }
  return fromBits(sign | (((half & 0x7fff) << 13) + ((exponent === 0x7c00 ? 224 : 112) << 23)));
}

function toFloat16(value: number): number {
  const pattern = toBits(value);
  const sign = (pattern >>> 16) & 0x8000;
  const size = Math.abs(value);
  // Below 2^-14 the spacing stays 2^-24; scaled by it the value is an integer once rounded.
  if (size < 2 ** -14) {
    return sign | roundToEven(size * 2 ** 24);
  }
  const magnitude = pattern & 0x7fff_ffff;
  // The exponent's bias goes from 127 to 15; a carry out of the fraction lands in the exponent, where it belongs.
  return sign | ((magnitude - (112 << 23) + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
