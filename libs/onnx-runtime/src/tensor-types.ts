import type { TensorData, TensorType } from './onnx-runtime.js';

interface ElementType {
  /** ONNXTensorElementDataType, equal to TensorProto.DataType of onnx.proto for these types. */
  readonly code: number;
  readonly bytes: number;
  readonly array: { new (length: number): TensorData; readonly name: string };
}

/** Element types by name. `float16` has no typed array in Node 20 and travels as its bits. */
export const elementTypes: Readonly<Record<TensorType, ElementType>> = {
  float32: { code: 1, bytes: 4, array: Float32Array },
  uint8: { code: 2, bytes: 1, array: Uint8Array },
  int8: { code: 3, bytes: 1, array: Int8Array },
  int32: { code: 6, bytes: 4, array: Int32Array },
  int64: { code: 7, bytes: 8, array: BigInt64Array },
  bool: { code: 9, bytes: 1, array: Uint8Array },
  float16: { code: 10, bytes: 2, array: Uint16Array },
};

const namesByCode = new Map<number, TensorType>(
  Object.entries(elementTypes).map(([name, { code }]) => [code, name as TensorType]),
);

/** The element type of an ONNX type code; undefined for the types this lib does not carry (strings, float64, bfloat16 …). */
export function tensorTypeOf(code: number): TensorType | undefined {
  return namesByCode.get(code);
}

/** A zeroed tensor of its own memory. */
export function createTensorData(type: TensorType, length: number): TensorData {
  return new elementTypes[type].array(length);
}
