import type { ValueInfo } from '../onnx-runtime.js';
import { OnnxRuntimeError } from '../onnx-runtime-error.js';
import { tensorTypeOf } from '../tensor-types.js';
import { type OrtApi, type Pointer, readString } from './ort-api.js';

const functionsOf = {
  input: {
    count: 'SessionGetInputCount',
    name: 'SessionGetInputName',
    typeInfo: 'SessionGetInputTypeInfo',
  },
  output: {
    count: 'SessionGetOutputCount',
    name: 'SessionGetOutputName',
    typeInfo: 'SessionGetOutputTypeInfo',
  },
} as const;

/** Names, types and dimensions of a session's inputs or outputs. Throws for a value that is no tensor or has a type this lib does not carry. */
export function readValues(api: OrtApi, session: Pointer, side: 'input' | 'output'): ValueInfo[] {
  const functions = functionsOf[side];
  const allocator = api.create('GetAllocatorWithDefaultOptions');
  const count = Number(api.create(functions.count, session));
  return Array.from({ length: count }, (_, index) => {
    const nameAddress = api.create(functions.name, session, index, allocator);
    const name = readString(nameAddress);
    api.call('AllocatorFree', allocator, nameAddress);
    const typeInfo = api.create(functions.typeInfo, session, index);
    try {
      return { name, ...readTensorType(api, typeInfo, `${side} "${name}"`) };
    } finally {
      api.release('ReleaseTypeInfo', typeInfo);
    }
  });
}

function readTensorType(api: OrtApi, typeInfo: Pointer, what: string): Omit<ValueInfo, 'name'> {
  const tensorInfo = api.create('CastTypeInfoToTensorInfo', typeInfo);
  if (tensorInfo === 0n) {
    throw new OnnxRuntimeError(`${what} is not a tensor`);
  }
  const code = new Int32Array(1);
  api.call('GetTensorElementType', tensorInfo, code);
  const type = tensorTypeOf(code[0] ?? 0);
  if (type === undefined) {
    throw new OnnxRuntimeError(`${what} has the unsupported element type ${code[0]}`);
  }
  const rank = Number(api.create('GetDimensionsCount', tensorInfo));
  const sizes = new BigInt64Array(rank);
  const symbols = new BigUint64Array(rank);
  if (rank > 0) {
    api.call('GetDimensions', tensorInfo, sizes, rank);
    api.call('GetSymbolicDimensions', tensorInfo, symbols, rank);
  }
  return {
    type,
    dims: Array.from(sizes, (size, axis) => (size < 0n ? readString(symbols[axis] ?? 0n) : Number(size))),
  };
}
