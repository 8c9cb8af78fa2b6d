import { MAX_PICKLE_BYTES, readTorchPickle, StoredTensor } from './torch-pickle.js';
import type { Layout, Storage } from './torch-pickle.js';
import { TorchFileError } from './torch-file.error.js';
import { ZipArchive } from './zip-archive.js';

/** A dense tensor as it stood in a file. */
export interface Tensor extends Layout {
  /** The storage, little-endian: a view of the file where it is stored there, with an offset that is not aligned. */
  readonly bytes: Uint8Array;
}

export interface TorchFileLimits {
  /** Of the tensor's storage, unpacked. */
  readonly maxBytes: number;
}

/**
 * The tensor that `torch.save` wrote, in its zip format (since torch 1.6) or in the older one; undefined when it wrote something else.
 * Nothing of the file is executed, sizes are checked against the bytes that are there before anything is unpacked, the work is linear.
 * Rejects with `TorchFileError`.
 */
export async function readTorchFile(bytes: Uint8Array, limits: TorchFileLimits): Promise<Tensor | undefined> {
  const { value, load } = ZipArchive.isZip(bytes) ? await readZipFile(bytes) : readLegacyFile(bytes);
  if (!(value instanceof StoredTensor)) {
    return undefined;
  }
  const { layout, storage } = value;
  if (storage.byteLength > limits.maxBytes) {
    throw new TorchFileError(`the tensor's storage has ${storage.byteLength} bytes, more than ${limits.maxBytes}`);
  }
  return { ...layout, bytes: await load(storage) };
}

interface TorchFile {
  readonly value: unknown;
  readonly load: (storage: Storage) => Uint8Array | Promise<Uint8Array>;
}

/** `<folder>/data.pkl` and a record `<folder>/data/<key>` for each storage. */
async function readZipFile(bytes: Uint8Array): Promise<TorchFile> {
  const archive = new ZipArchive(bytes);
  const [folder] = (archive.names.at(0) ?? '').split('/', 1);
  if (archive.sizeOf(`${folder}/byteorder`) !== undefined) {
    const order = await archive.read(`${folder}/byteorder`, MAX_PICKLE_BYTES);
    mustBeLittleEndian(Buffer.from(order).toString('latin1') === 'little');
  }
  const { value } = readTorchPickle(await archive.read(`${folder}/data.pkl`, MAX_PICKLE_BYTES));
  return {
    value,
    load({ key, byteLength }) {
      const name = `${folder}/data/${key}`;
      if (archive.sizeOf(name) !== byteLength) {
        throw new TorchFileError("the tensor's storage has another size than its pickle says");
      }
      return archive.read(name, byteLength);
    },
  };
}

/** What `pickle.dumps(0x1950a86a20f9469cfc6c, 2)` gives. */
const LEGACY_MAGIC = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
const LEGACY_PROTOCOL = 1001;

/** Pickles one after the other: magic number, protocol, system, object, keys of storages; then each storage behind its number of elements. */
function readLegacyFile(bytes: Uint8Array): TorchFile {
  if (!LEGACY_MAGIC.equals(bytes.subarray(0, LEGACY_MAGIC.length))) {
    throw new TorchFileError('it is no file of torch.save');
  }
  let at = LEGACY_MAGIC.length;
  const next = (): unknown => {
    const { value, length } = readTorchPickle(bytes.subarray(at));
    at += length;
    return value;
  };
  const protocol = next();
  const system = next();
  if (protocol !== LEGACY_PROTOCOL || !(system instanceof Map)) {
    throw new TorchFileError('it has an unknown protocol');
  }
  mustBeLittleEndian(system.get('little_endian') !== false);
  const value = next();
  const keys = next();
  return {
    value,
    load({ key, byteLength }) {
      const start = at + COUNT_BYTES;
      if (!Array.isArray(keys) || keys.length !== 1 || keys[0] !== key || start + byteLength > bytes.length) {
        throw new TorchFileError('it is truncated, or has more than the storage of the tensor');
      }
      return bytes.subarray(start, start + byteLength);
    },
  };
}

const COUNT_BYTES = 8;

function mustBeLittleEndian(littleEndian: boolean): void {
  if (!littleEndian) {
    throw new TorchFileError('it was written by a big-endian machine');
  }
}
