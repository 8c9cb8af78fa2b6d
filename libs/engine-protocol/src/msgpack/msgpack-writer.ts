import { RAW_VIEW_EXTENSION } from './msgpack-reader.js';

const MAX_DEPTH = 128;
const INITIAL_BYTES = 4096;
/** A larger buffer is given back after the message that needed it. */
const KEPT_BYTES = 1 << 20;

/**
 * Appends MessagePack values the way msgspec writes them: smallest integer form, floats always as doubles, smallest string header.
 * `take` hands the bytes out and makes the writer ready for the next message. Throws TypeError or RangeError for what has no form on the wire.
 */
export class MsgpackWriter {
  private bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  private position = 0;

  nil(): void {
    this.byte(0xc0);
  }

  boolean(value: boolean): void {
    this.byte(value ? 0xc3 : 0xc2);
  }

  int(value: number | bigint): void {
    if (typeof value === 'bigint') {
      this.bigInt(value);
    } else if (!Number.isSafeInteger(value)) {
      throw new RangeError(`${value} is not an exact integer`);
    } else if (value >= 0) {
      this.positiveInt(value);
    } else {
      this.negativeInt(value);
    }
  }

  float(value: number): void {
    const at = this.reserve(9);
    this.bytes[at] = 0xcb;
    this.bytes.writeDoubleBE(value, at + 1);
  }

  string(value: string): void {
    const length = Buffer.byteLength(value, 'utf8');
    this.header(length, STRING);
    const at = this.reserve(length);
    this.bytes.write(value, at, length, 'utf8');
  }

  arrayHeader(length: number): void {
    this.header(length, ARRAY);
  }

  /** `declaredFields`: msgspec sizes the header of a struct by its class, so 16 declared fields mean map16 however few keys follow (§4). */
  mapHeader(length: number, declaredFields = 0): void {
    if (declaredFields >= 16 && length < 0x1_0000) {
      const at = this.reserve(3);
      this.bytes[at] = 0xde;
      this.bytes.writeUInt16BE(length, at + 1);
      return;
    }
    this.header(length, MAP);
  }

  binary(value: Uint8Array): void {
    this.header(value.length, BINARY);
    const at = this.reserve(value.length);
    this.bytes.set(value, at);
  }

  /** Extension 3: the bytes of an array, inline. */
  rawView(value: Uint8Array): void {
    const fixed = [1, 2, 4, 8, 16].indexOf(value.length);
    if (fixed >= 0) this.byte(0xd4 + fixed);
    else this.header(value.length, EXTENSION);
    this.byte(RAW_VIEW_EXTENSION);
    const at = this.reserve(value.length);
    this.bytes.set(value, at);
  }

  ints(values: ArrayLike<number>): void {
    this.arrayHeader(values.length);
    for (let index = 0; index < values.length; index++) this.int(values[index]);
  }

  strings(values: readonly string[]): void {
    this.arrayHeader(values.length);
    for (const value of values) this.string(value);
  }

  /** JSON-like values, bigints, bytes, Maps and Sets. Whole numbers go out as integers, `undefined` as nil. */
  any(value: unknown, depth = 0): void {
    if (depth > MAX_DEPTH) throw new RangeError('the value is nested too deeply');
    switch (typeof value) {
      case 'undefined':
        return this.nil();
      case 'boolean':
        return this.boolean(value);
      case 'string':
        return this.string(value);
      case 'bigint':
        return this.int(value);
      case 'number':
        return Number.isSafeInteger(value) && !Object.is(value, -0) ? this.int(value) : this.float(value);
      case 'object':
        return value === null ? this.nil() : this.anyObject(value, depth + 1);
      default:
        throw new TypeError(`a ${typeof value} has no form on the wire`);
    }
  }

  /** The bytes written since the last call, in a buffer of their own. */
  take(): Buffer {
    const message = Buffer.from(this.bytes.subarray(0, this.position));
    this.discard();
    return message;
  }

  /** Forgets a message that could not be finished. */
  discard(): void {
    this.position = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  }

  private anyObject(value: object, depth: number): void {
    if (value instanceof Uint8Array) return this.binary(value);
    if (Array.isArray(value) || value instanceof Set) {
      const elements: readonly unknown[] = Array.isArray(value) ? value : [...(value as ReadonlySet<unknown>)];
      this.arrayHeader(elements.length);
      for (const element of elements) this.any(element, depth);
      return;
    }
    const plain = Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null;
    if (!plain && !(value instanceof Map)) throw new TypeError(`a ${value.constructor.name} has no form on the wire`);
    const entries: readonly (readonly [unknown, unknown])[] = plain
      ? Object.entries(value)
      : [...(value as ReadonlyMap<unknown, unknown>)];
    this.mapHeader(entries.length);
    for (const [key, entry] of entries) {
      this.any(key, depth);
      this.any(entry, depth);
    }
  }

  private positiveInt(value: number): void {
    if (value < 0x80) {
      this.byte(value);
    } else if (value < 0x100) {
      const at = this.reserve(2);
      this.bytes[at] = 0xcc;
      this.bytes[at + 1] = value;
    } else if (value < 0x1_0000) {
      const at = this.reserve(3);
      this.bytes[at] = 0xcd;
      this.bytes.writeUInt16BE(value, at + 1);
    } else if (value < 0x1_0000_0000) {
      const at = this.reserve(5);
      this.bytes[at] = 0xce;
      this.bytes.writeUInt32BE(value, at + 1);
    } else {
      this.int64(0xcf, BigInt(value));
    }
  }

  private negativeInt(value: number): void {
    if (value >= -0x20) {
      this.byte(value & 0xff);
    } else if (value >= -0x80) {
      const at = this.reserve(2);
      this.bytes[at] = 0xd0;
      this.bytes.writeInt8(value, at + 1);
    } else if (value >= -0x8000) {
      const at = this.reserve(3);
      this.bytes[at] = 0xd1;
      this.bytes.writeInt16BE(value, at + 1);
    } else if (value >= -0x8000_0000) {
      const at = this.reserve(5);
      this.bytes[at] = 0xd2;
      this.bytes.writeInt32BE(value, at + 1);
    } else {
      this.int64(0xd3, BigInt(value));
    }
  }

  private bigInt(value: bigint): void {
    const narrowed = Number(value);
    if (Number.isSafeInteger(narrowed)) return this.int(narrowed);
    if (value > 0xffff_ffff_ffff_ffffn || value < -0x8000_0000_0000_0000n) {
      throw new RangeError(`${value} does not fit 64 bits`);
    }
    this.int64(value >= 0n ? 0xcf : 0xd3, value);
  }

  private int64(head: number, value: bigint): void {
    const at = this.reserve(9);
    this.bytes[at] = head;
    if (head === 0xcf) this.bytes.writeBigUInt64BE(value, at + 1);
    else this.bytes.writeBigInt64BE(value, at + 1);
  }

  private header(length: number, form: HeaderForm): void {
    if (length < form.fixedLimit) {
      this.byte(form.fixed | length);
    } else if (length < 0x100 && form.wide8 !== undefined) {
      const at = this.reserve(2);
      this.bytes[at] = form.wide8;
      this.bytes[at + 1] = length;
    } else if (length < 0x1_0000) {
      const at = this.reserve(3);
      this.bytes[at] = form.wide16;
      this.bytes.writeUInt16BE(length, at + 1);
    } else {
      const at = this.reserve(5);
      this.bytes[at] = form.wide32;
      this.bytes.writeUInt32BE(length, at + 1);
    }
  }

  private byte(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  /** Makes room for `count` bytes and returns where they go. `this.bytes` may be another buffer afterwards. */
  private reserve(count: number): number {
    const start = this.position;
    const end = start + count;
    if (end > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, start);
      this.bytes = grown;
    }
    this.position = end;
    return start;
  }
}

interface HeaderForm {
  readonly fixed: number;
  /** Lengths below this one fit the one-byte header. */
  readonly fixedLimit: number;
  readonly wide8: number | undefined;
  readonly wide16: number;
  readonly wide32: number;
}

const STRING: HeaderForm = { fixed: 0xa0, fixedLimit: 32, wide8: 0xd9, wide16: 0xda, wide32: 0xdb };
const ARRAY: HeaderForm = { fixed: 0x90, fixedLimit: 16, wide8: undefined, wide16: 0xdc, wide32: 0xdd };
const MAP: HeaderForm = { fixed: 0x80, fixedLimit: 16, wide8: undefined, wide16: 0xde, wide32: 0xdf };
const BINARY: HeaderForm = { fixed: 0, fixedLimit: 0, wide8: 0xc4, wide16: 0xc5, wide32: 0xc6 };
const EXTENSION: HeaderForm = { fixed: 0, fixedLimit: 0, wide8: 0xc7, wide16: 0xc8, wide32: 0xc9 };
