import { ITEM_SIZES } from './dtypes.js';
import { readPickle } from './pickle-reader.js';
import type { PickleHost } from './pickle-reader.js';
import { TorchFileError } from './torch-file.error.js';

/** Elements in a file, as its pickle names them. */
export interface Storage {
  /** Of the record that holds them. */
  readonly key: string;
  readonly byteLength: number;
}

/** A strided window on a storage, in elements: every index is inside, and no element is there twice. */
export interface Layout {
  /** torch's name without `torch.`: `bfloat16`. Not only floats. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** The tensor that a pickle describes; its elements are elsewhere in the file. */
export class StoredTensor {
  constructor(
    readonly layout: Layout,
    readonly storage: Storage,
  ) {}
}

export interface TorchPickle {
  /** A `StoredTensor` when a tensor was saved. */
  readonly value: unknown;
  /** Bytes it took. */
  readonly length: number;
}

/** Bytes of a pickle: some 200 for a tensor. */
export const MAX_PICKLE_BYTES = 1 << 16;

/** One pickle of torch at the start of `bytes`: tensors, storages, and the plain values that may stand beside them. Throws `TorchFileError`. */
export function readTorchPickle(bytes: Uint8Array): TorchPickle {
  return readPickle(bytes.subarray(0, MAX_PICKLE_BYTES), torchHost);
}

/** A global that stands for itself. */
class StorageType {
  /** `dtype` undefined: bytes. */
  constructor(readonly dtype: string | undefined) {}
}

class Dtype {
  constructor(readonly name: string) {}
}

class Callee {
  constructor(readonly call: (args: readonly unknown[]) => unknown) {}
}

class TypedStorage implements Storage {
  readonly byteLength: number;

  constructor(
    readonly dtype: string | undefined,
    readonly key: string,
    count: number,
  ) {
    this.byteLength = count * itemSizeOf(dtype ?? 'uint8');
  }
}

/** All that a pickle can name. Sparse, quantised and nested tensors are not among it. */
const GLOBALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['collections.OrderedDict', new Callee(() => new Map())],
  [
    'torch._utils._rebuild_tensor_v2',
    new Callee(([storage, offset, shape, strides, , , metadata]) =>
      toTensor({ storage, offset, shape, strides, metadata }),
    ),
  ],
  [
    'torch._utils._rebuild_tensor_v3',
    new Callee(([storage, offset, shape, strides, , , dtype, metadata]) =>
      toTensor({ storage, offset, shape, strides, metadata, dtype }),
    ),
  ],
  ['torch._utils._rebuild_parameter', new Callee(([tensor]) => tensor)],
  ['torch.storage.UntypedStorage', new StorageType(undefined)],
  ...Object.entries({
    BFloat16: 'bfloat16',
    Half: 'float16',
    Float: 'float32',
    Double: 'float64',
    Bool: 'bool',
    Char: 'int8',
    Byte: 'uint8',
    Short: 'int16',
    Int: 'int32',
    Long: 'int64',
    ComplexFloat: 'complex64',
    ComplexDouble: 'complex128',
  }).map(([name, dtype]) => [`torch.${name}Storage`, new StorageType(dtype)] as const),
  ...[...ITEM_SIZES.keys()].map((name) => [`torch.${name}`, new Dtype(name)] as const),
]);

const torchHost: PickleHost = {
  global(name) {
    const known = GLOBALS.get(name);
    if (known === undefined) {
      throw new TorchFileError(`its pickle refers to ${shown(name)}, which is no part of a dense tensor`);
    }
    return known;
  },
  call(callee, args) {
    if (!(callee instanceof Callee)) {
      throw new TorchFileError('its pickle calls what is no function');
    }
    return callee.call(args);
  },
  persistent(id) {
    const [kind, type, key, , count] = Array.isArray(id) ? (id as readonly unknown[]) : [];
    if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string' || !isCount(count)) {
      throw new TorchFileError('its pickle refers to a storage in an unknown way');
    }
    return new TypedStorage(type.dtype, key, count);
  },
};

interface TensorArguments {
  readonly storage: unknown;
  readonly offset: unknown;
  readonly shape: unknown;
  readonly strides: unknown;
  readonly metadata: unknown;
  /** Of an untyped storage. */
  readonly dtype?: unknown;
}

function toTensor({ storage, offset, shape, strides, metadata, dtype: given }: TensorArguments): StoredTensor {
  if (!(storage instanceof TypedStorage) || !isCount(offset) || !areCounts(shape) || !areCounts(strides)) {
    throw new TorchFileError('the storage, the shape or the strides of the tensor are malformed');
  }
  if (metadata instanceof Map && metadata.size > 0) {
    throw new TorchFileError('the tensor is a conjugated or negated view');
  }
  const dtype = given instanceof Dtype ? given.name : storage.dtype;
  if (dtype === undefined) {
    throw new TorchFileError('the dtype of the tensor is not read');
  }
  const layout = { dtype, shape, strides, offset };
  checkWindow(layout, Math.floor(storage.byteLength / itemSizeOf(dtype)));
  return new StoredTensor(layout, storage);
}

function checkWindow({ offset, shape, strides }: Layout, elements: number): void {
  if (shape.length !== strides.length) {
    throw new TorchFileError('the tensor has another number of strides than of dimensions');
  }
  if (shape.includes(0)) {
    return;
  }
  const dimensions = shape
    .map((size, index) => ({ size, stride: strides[index] }))
    .filter(({ size }) => size > 1)
    .sort((one, other) => one.stride - other.stride);
  let reach = 0;
  for (const { size, stride } of dimensions) {
    // What the smaller strides reach must lie within one step of the next larger one.
    if (stride <= reach) {
      throw new TorchFileError('the strides of the tensor let elements overlap');
    }
    reach += (size - 1) * stride;
  }
  if (offset + reach >= elements) {
    throw new TorchFileError('the tensor reaches beyond its storage');
  }
}

function itemSizeOf(dtype: string): number {
  const size = ITEM_SIZES.get(dtype);
  if (size === undefined) {
    throw new TorchFileError('the dtype of the tensor is not read');
  }
  return size;
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Names come from the caller's bytes. */
function shown(name: string): string {
  return /^[\w.]{1,100}$/.test(name) ? name : 'a global with a strange name';
}
