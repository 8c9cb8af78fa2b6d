import type { GraphIndex } from './graph-index.js';
import { dataTypes, type Initializer, type Node } from './onnx-model.js';
import { bitsToFloat, readFloatAttribute, readIntAttribute, readTensorAttribute } from './read-attribute.js';
import { readFields, readInts } from './wire.js';

const MAX_DEPTH = 16;

/**
 * The number a value of the graph always has, when it is a single one that can be worked out: a constant, arithmetic of constants, or the
 * last dimension of a tensor whose last dimension is known. Undefined otherwise.
 *
 * @param lastDimension the last dimension of a rank-4 value, when known
 */
export function readScalar(
  index: GraphIndex,
  name: string,
  lastDimension: (name: string) => number | undefined = () => undefined,
): number | undefined {
  const read = (value: string | undefined, depth: number): number | undefined => {
    if (value === undefined || depth > MAX_DEPTH) {
      return undefined;
    }
    const initializer = index.initializerOf(value);
    if (initializer) {
      return readScalarTensor(initializer);
    }
    const node = index.producerOf(value);
    if (!node) {
      return undefined;
    }
    const [left, right] = node.inputs;
    switch (node.opType) {
      case 'Constant':
        return readConstant(node);
      case 'Cast':
      case 'Identity':
      case 'Squeeze':
      case 'Unsqueeze':
        return read(left, depth + 1);
      case 'Sqrt':
      case 'Reciprocal':
        return unary(node.opType, read(left, depth + 1));
      case 'Mul':
      case 'Div':
      case 'Pow':
        return binary(node.opType, read(left, depth + 1), read(right, depth + 1));
      case 'Gather':
      case 'Slice': {
        const shape = index.producerOf(left ?? '');
        const place = read(right, depth + 1);
        const picksLast = shape?.opType === 'Shape' && (place === -1 || place === 3);
        return picksLast ? lastDimension(shape.inputs[0] ?? '') : undefined;
      }
      default:
        return undefined;
    }
  };
  return read(name, 0);
}

/** The only element of a float, int64 or int32 tensor; undefined for larger, external or other tensors. */
export function readScalarTensor({ type, dims, bytes }: Initializer): number | undefined {
  if (dims.some((size) => size !== 1)) {
    return undefined;
  }
  for (const field of readFields(bytes)) {
    if (field.number === 9 && field.type === 2) {
      return readRaw(type, field.bytes);
    }
    if (field.number === 4) {
      return field.type === 2 ? readRaw(dataTypes.float32, field.bytes) : bitsToFloat(field.value);
    }
    if (field.number === 7 || (field.number === 5 && type === dataTypes.int32)) {
      return readInts(field)[0];
    }
    if (field.number === 5 && type === dataTypes.float16) {
      return halfToNumber(readInts(field)[0] ?? 0);
    }
  }
  return undefined;
}

function readConstant(node: Node): number | undefined {
  const tensor = readTensorAttribute(node, 'value');
  return tensor
    ? readScalarTensor(tensor)
    : (readFloatAttribute(node, 'value_float') ?? readIntAttribute(node, 'value_int'));
}

function readRaw(type: number, bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === dataTypes.float32 && bytes.length === 4) {
    return view.getFloat32(0, true);
  }
  if (type === dataTypes.int64 && bytes.length === 8) {
    return Number(view.getBigInt64(0, true));
  }
  if (type === dataTypes.int32 && bytes.length === 4) {
    return view.getInt32(0, true);
  }
  return type === dataTypes.float16 && bytes.length === 2 ? halfToNumber(view.getUint16(0, true)) : undefined;
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) {
    return sign * fraction * 2 ** -24;
  }
  if (exponent === 0x1f) {
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function unary(opType: 'Sqrt' | 'Reciprocal', value: number | undefined): number | undefined {
  return value === undefined ? undefined : opType === 'Sqrt' ? Math.sqrt(value) : 1 / value;
}

function binary(
  opType: 'Mul' | 'Div' | 'Pow',
  left: number | undefined,
  right: number | undefined,
): number | undefined {
  if (left === undefined || right === undefined) {
    return undefined;
  }
  switch (opType) {
    case 'Mul':
      return left * right;
    case 'Div':
      return left / right;
    case 'Pow':
      return left ** right;
  }
}
