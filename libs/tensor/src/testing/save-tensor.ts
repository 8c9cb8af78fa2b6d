import { deflateRawSync } from 'node:zlib';
import { FLOAT_FORMATS } from '../dtypes.js';
import type { FloatDtype } from '../dtypes.js';

export interface TensorToSave {
  readonly dtype: FloatDtype;
  readonly shape: readonly number[];
  /** Of the storage, in its order. */
  readonly values: readonly number[];
  /** Default: row after row. */
  readonly strides?: readonly number[] | undefined;
  readonly offset?: number | undefined;
  /** Elements that the pickle promises; default: those that are there. */
  readonly count?: number | undefined;
  readonly deflate?: boolean | undefined;
}

/** A file as `torch.save` writes it, for tensors that are made up by a test, sound or not. */
export function saveTensor(tensor: TensorToSave): Buffer {
  const { dtype, shape, values, strides = contiguous(shape), offset = 0, count = values.length, deflate } = tensor;
  const { itemSize, write } = FLOAT_FORMATS[dtype];
  const storage = Buffer.alloc(values.length * itemSize);
  const view = new DataView(storage.buffer, storage.byteOffset, storage.byteLength);
  values.forEach((value, index) => write(view, index * itemSize, value));
  const pickle = Buffer.concat([
    ascii('\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(('),
    text('storage'),
    ascii(`ctorch\n${STORAGES[dtype]}\n`),
    text('0'),
    text('cpu'),
    int(count),
    ascii('tQ'),
    int(offset),
    tuple(shape),
    tuple(strides),
    ascii('\x89ccollections\nOrderedDict\n)RtR.'),
  ]);
  return zip({ 'archive/data.pkl': pickle, 'archive/byteorder': ascii('little'), 'archive/data/0': storage }, deflate);
}

const STORAGES: Readonly<Record<FloatDtype, string>> = {
  bfloat16: 'BFloat16Storage',
  float16: 'HalfStorage',
  float32: 'FloatStorage',
  float64: 'DoubleStorage',
};

export function zip(files: Readonly<Record<string, Uint8Array>>, deflate = false): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflate ? deflateRawSync(content) : content;
    const common = fields(
      [20, 2],
      [0, 2],
      [deflate ? 8 : 0, 2],
      [0, 4],
      [0, 4],
      [packed.length, 4],
      [content.length, 4],
      [name.length, 2],
      [0, 2],
    );
    const local = Buffer.concat([fields([0x0403_4b50, 4]), common, ascii(name), packed]);
    const rest = fields([0, 2], [0, 2], [0, 2], [0, 4], [at, 4]);
    directory.push(Buffer.concat([fields([0x0201_4b50, 4], [20, 2]), common, rest, ascii(name)]));
    locals.push(local);
    at += local.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const { length } = directory;
  const end = fields([0x0605_4b50, 4], [0, 4], [length, 2], [length, 2], [size, 4], [at, 4], [0, 2]);
  return Buffer.concat([...locals, ...directory, end]);
}

function fields(...values: readonly (readonly [value: number, bytes: number])[]): Buffer {
  return Buffer.concat(
    values.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntLE(value, 0, bytes);
      return field;
    }),
  );
}

function contiguous(shape: readonly number[]): number[] {
  return shape.map((_, index) => shape.slice(index + 1).reduce((product, size) => product * size, 1));
}

function ascii(value: string): Buffer {
  return Buffer.from(value, 'latin1');
}

function text(value: string): Buffer {
  return Buffer.concat([ascii('X'), fields([value.length, 4]), ascii(value)]);
}

/** LONG1: any integer of 48 bits, negative ones too. */
function int(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return Buffer.concat([ascii('\x8a\x08'), bytes]);
}

function tuple(values: readonly number[]): Buffer {
  return Buffer.concat([ascii('('), ...values.map(int), ascii('t')]);
}
