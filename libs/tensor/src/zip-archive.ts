import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { TorchFileError } from './torch-file.error.js';

const END_SIGNATURE = 0x0605_4b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const ENTRY_SIGNATURE = 0x0201_4b50;
const ENTRY_BYTES = 46;
const LOCAL_SIGNATURE = 0x0403_4b50;
const LOCAL_BYTES = 30;
/** In a field of 32 bits: the value stands in a zip64 record. */
const IN_ZIP64 = 0xffff_ffff;

/** torch writes one file per storage and half a dozen more. */
const MAX_ENTRIES = 4096;
/** Floats hardly deflate; what deflates more is a bomb, unless it is small. */
const MAX_INFLATION = 8;
const SMALL_ENTRY_BYTES = 1 << 16;

interface ZipEntry {
  readonly method: number;
  readonly encrypted: boolean;
  readonly packedSize: number;
  readonly size: number;
  readonly localHeader: number;
}

const inflate = promisify(inflateRaw);

/** The files of a zip archive by its central directory (APPNOTE 6.3), stored or deflated, below 4 GiB. Throws `TorchFileError`. */
export class ZipArchive {
  /** In the order of the directory. */
  readonly names: readonly string[];
  private readonly view: DataView;
  private readonly entries: ReadonlyMap<string, ZipEntry>;

  static isZip(bytes: Uint8Array): boolean {
    return bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === LOCAL_SIGNATURE;
  }

  constructor(private readonly bytes: Uint8Array) {
    this.view = viewOf(bytes);
    this.entries = this.readDirectory();
    this.names = [...this.entries.keys()];
  }

  /** Size of a file once it is unpacked, as the directory says; undefined when there is none of that name. */
  sizeOf(name: string): number | undefined {
    return this.entries.get(name)?.size;
  }

  /** The content, `maxBytes` at most; a view of the archive where it is stored. */
  async read(name: string, maxBytes: number): Promise<Uint8Array> {
    const entry = this.entries.get(name);
    if (!entry) {
      throw new TorchFileError('the archive lacks a file that it refers to');
    }
    const { method, encrypted, packedSize, size } = entry;
    if (size > maxBytes) {
      throw new TorchFileError(`a file of the archive has ${size} bytes, more than ${maxBytes}`);
    }
    const packed = this.packedBytes(entry);
    if (encrypted || (method !== 0 && method !== 8)) {
      throw new TorchFileError('a file of the archive is encrypted or packed in an unknown way');
    }
    if (method === 0) {
      return packed;
    }
    if (size > Math.max(SMALL_ENTRY_BYTES, MAX_INFLATION * packedSize)) {
      throw new TorchFileError(`a file of the archive unpacks to more than ${MAX_INFLATION} times its size`);
    }
    const content = await inflate(packed, { maxOutputLength: Math.max(1, size) }).catch((error: unknown) => {
      throw new TorchFileError('a file of the archive cannot be unpacked', { cause: error });
    });
    if (content.length !== size) {
      throw new TorchFileError('a file of the archive has another size than its directory says');
    }
    return content;
  }

  private packedBytes({ localHeader, method, packedSize, size }: ZipEntry): Uint8Array {
    const { bytes, view } = this;
    if (localHeader + LOCAL_BYTES > bytes.length || view.getUint32(localHeader, true) !== LOCAL_SIGNATURE) {
      throw new TorchFileError('a file of the archive is not where its directory says');
    }
    const start =
      localHeader + LOCAL_BYTES + view.getUint16(localHeader + 26, true) + view.getUint16(localHeader + 28, true);
    if (start + packedSize > bytes.length || (method === 0 && packedSize !== size)) {
      throw new TorchFileError('a file of the archive is truncated');
    }
    return bytes.subarray(start, start + packedSize);
  }

  private readDirectory(): ReadonlyMap<string, ZipEntry> {
    const { bytes, view } = this;
    const end = this.findEnd();
    const count = view.getUint16(end + 10, true);
    if (count > MAX_ENTRIES) {
      throw new TorchFileError(`the archive has more than ${MAX_ENTRIES} files`);
    }
    let at = view.getUint32(end + 16, true);
    const entries = new Map<string, ZipEntry>();
    for (let index = 0; index < count; index++) {
      if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY_SIGNATURE) {
        throw new TorchFileError('the directory of the archive is damaged');
      }
      const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
      const entry: ZipEntry = {
        encrypted: (view.getUint16(at + 8, true) & 1) !== 0,
        method: view.getUint16(at + 10, true),
        packedSize: view.getUint32(at + 20, true),
        size: view.getUint32(at + 24, true),
        localHeader: view.getUint32(at + 42, true),
      };
      if ([entry.packedSize, entry.size, entry.localHeader].includes(IN_ZIP64)) {
        throw new TorchFileError('the archive needs zip64, which is for files above 4 GiB');
      }
      entries.set(Buffer.from(bytes.subarray(at + ENTRY_BYTES, nameEnd)).toString('utf8'), entry);
      at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    return entries;
  }

  /** The end record, behind which there is nothing but a comment. */
  private findEnd(): number {
    const last = this.bytes.length - END_BYTES;
    for (let at = last; at >= Math.max(0, last - MAX_COMMENT_BYTES); at--) {
      if (this.view.getUint32(at, true) === END_SIGNATURE && this.view.getUint16(at + 20, true) === last - at) {
        return at;
      }
    }
    throw new TorchFileError('the archive is truncated: it has no directory');
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
