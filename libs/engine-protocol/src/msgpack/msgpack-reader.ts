import { constants } from 'node:buffer';
import { MalformedMessageError } from '../malformed-message.error.js';

/** Extension code of raw array bytes (engine protocol §3.5). Codes 1 and 2 are pickles: never decoded. */
export const RAW_VIEW_EXTENSION = 3;

/** Deeper nesting is refused: JSON on this wire stays below 80 levels, and the reader recurses. */
const MAX_DEPTH = 128;

/** No honest message comes near; far larger ones would exceed what JavaScript's own arrays, Maps and strings can hold. */
const MAX_ELEMENTS = 1 << 24;
const MAX_PAIRS = 1 << 20;

/**
 * Cursor over one MessagePack value. Typed reads follow what a typed decoder accepts (§4): ints where floats are declared, no floats where ints are.
 * Announced lengths are checked against the bytes that are left before anything is allocated. Throws MalformedMessageError only.
 */
export class MsgpackReader {
  private readonly bytes: Buffer;
  private readonly end: number;
  private position = 0;

  constructor(frame: Uint8Array) {
    this.bytes = Buffer.isBuffer(frame) ? frame : Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
    this.end = frame.length;
  }

  /** Consumes a nil if one is next. */
  tryNil(): boolean {
    if (this.peek() !== 0xc0) return false;
    this.position += 1;
    return true;
  }

  readBoolean(): boolean {
    const head = this.next();
    if (head === 0xc2) return false;
    if (head === 0xc3) return true;
    throw this.unexpected('a boolean', head);
  }

  /** An integer JavaScript can hold exactly. */
  readInt(): number {
    const head = this.next();
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xcc:
        return this.next();
      case 0xcd:
        return this.bytes.readUInt16BE(this.take(2));
      case 0xce:
        return this.bytes.readUInt32BE(this.take(4));
      case 0xd0:
        return this.bytes.readInt8(this.take(1));
      case 0xd1:
        return this.bytes.readInt16BE(this.take(2));
      case 0xd2:
        return this.bytes.readInt32BE(this.take(4));
      case 0xcf:
      case 0xd3: {
        const value = this.readInt64(head);
        if (typeof value === 'number') return value;
        throw new MalformedMessageError(`integer ${value} is out of range`);
      }
      default:
        throw this.unexpected('an integer', head);
    }
  }

  /** An integer of up to 64 bits; a bigint only where a number would lose digits. */
  readIntOrBigInt(): number | bigint {
    const head = this.peek();
    if (head !== 0xcf && head !== 0xd3) return this.readInt();
    this.position += 1;
    return this.readInt64(head);
  }

  /** A finite number. */
  readFloat(): number {
    const head = this.peek();
    let value: number;
    if (head === 0xcb) {
      this.position += 1;
      value = this.bytes.readDoubleBE(this.take(8));
    } else if (head === 0xca) {
      this.position += 1;
      value = this.bytes.readFloatBE(this.take(4));
    } else {
      value = Number(this.readIntOrBigInt());
    }
    if (!Number.isFinite(value)) throw new MalformedMessageError(`${value} is not a finite number`);
    return value;
  }

  readString(): string {
    const head = this.next();
    let length: number;
    if (head >= 0xa0 && head < 0xc0) length = head & 0x1f;
    else if (head === 0xd9) length = this.next();
    else if (head === 0xda) length = this.bytes.readUInt16BE(this.take(2));
    else if (head === 0xdb) length = this.bytes.readUInt32BE(this.take(4));
    else throw this.unexpected('a string', head);
    const start = this.take(length);
    if (length > constants.MAX_STRING_LENGTH) throw new MalformedMessageError('the string is too long');
    return this.bytes.toString('utf8', start, start + length);
  }

  /** Number of elements that follow. */
  readArrayHeader(): number {
    const head = this.next();
    let length: number;
    if (head >= 0x90 && head < 0xa0) length = head & 0x0f;
    else if (head === 0xdc) length = this.bytes.readUInt16BE(this.take(2));
    else if (head === 0xdd) length = this.bytes.readUInt32BE(this.take(4));
    else throw this.unexpected('an array', head);
    return this.announced(length, MAX_ELEMENTS, 1);
  }

  /** Number of key-value pairs that follow. */
  readMapHeader(): number {
    const head = this.next();
    let length: number;
    if (head >= 0x80 && head < 0x90) length = head & 0x0f;
    else if (head === 0xde) length = this.bytes.readUInt16BE(this.take(2));
    else if (head === 0xdf) length = this.bytes.readUInt32BE(this.take(4));
    else throw this.unexpected('a map', head);
    return this.announced(length, MAX_PAIRS, 2);
  }

  readArray<T>(readElement: (reader: this) => T): T[] {
    const length = this.readArrayHeader();
    const elements: T[] = [];
    for (let index = 0; index < length; index++) elements.push(readElement(this));
    return elements;
  }

  readInts(): number[] {
    const length = this.readArrayHeader();
    const elements: number[] = [];
    for (let index = 0; index < length; index++) elements.push(this.readInt());
    return elements;
  }

  readStrings(): string[] {
    return this.readArray((reader) => reader.readString());
  }

  /** Calls `readField` for each key; it must consume the value. The last of equal keys wins if the caller assigns. */
  readMap(readField: (key: string, reader: this) => void): void {
    const length = this.readMapHeader();
    for (let index = 0; index < length; index++) readField(this.readString(), this);
  }

  /** A map of anything under string keys, as a plain object. */
  readRecord(): Record<string, unknown> {
    const value = this.readAny();
    if (isRecord(value)) return value;
    throw new MalformedMessageError('expected a map with string keys');
  }

  readStringRecord(): Record<string, string> {
    const record = this.readRecord();
    if (Object.values(record).every((value) => typeof value === 'string')) return record as Record<string, string>;
    throw new MalformedMessageError('expected a map of strings');
  }

  /** The bytes behind an extension header of code 3, as a view into the frame: its offset is not aligned. */
  readRawView(): Buffer {
    const { code, content } = this.readExtension(this.next());
    if (code !== RAW_VIEW_EXTENSION) throw new MalformedMessageError(`extension ${code} is not accepted`);
    return content;
  }

  /** True when the next value is an integer, i.e. the index of an auxiliary frame in the data slot of an array. */
  nextIsInt(): boolean {
    const head = this.peek();
    return head < 0x80 || head >= 0xe0 || (head >= 0xcc && head <= 0xd3);
  }

  nextIsString(): boolean {
    const head = this.peek();
    return (head >= 0xa0 && head < 0xc0) || (head >= 0xd9 && head <= 0xdb);
  }

  /**
   * Any value: nil as null, bin and extension 3 as bytes (views into the frame), integers beyond 2^53 as bigint,
   * maps as plain objects, or as a Map when a key is not a string.
   */
  readAny(depth = 0): unknown {
    if (depth > MAX_DEPTH) throw new MalformedMessageError('the message is nested too deeply');
    const head = this.peek();
    if (this.nextIsInt()) return this.readIntOrBigInt();
    if (this.nextIsString()) return this.readString();
    if (head < 0x90 || head === 0xde || head === 0xdf) return this.readAnyMap(depth);
    if (head < 0xa0 || head === 0xdc || head === 0xdd) return this.readArray((reader) => reader.readAny(depth + 1));
    this.position += 1;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.slice(this.next());
      case 0xc5:
        return this.slice(this.bytes.readUInt16BE(this.take(2)));
      case 0xc6:
        return this.slice(this.bytes.readUInt32BE(this.take(4)));
      case 0xca:
        return this.bytes.readFloatBE(this.take(4));
      case 0xcb:
        return this.bytes.readDoubleBE(this.take(8));
      default: {
        this.position -= 1;
        return this.readRawView();
      }
    }
  }

  /** Steps over one value without building it; extensions of every code are stepped over. */
  skip(depth = 0): void {
    if (depth > MAX_DEPTH) throw new MalformedMessageError('the message is nested too deeply');
    const head = this.peek();
    if ((head >= 0x80 && head < 0x90) || head === 0xde || head === 0xdf) {
      for (let left = 2 * this.readMapHeader(); left > 0; left--) this.skip(depth + 1);
      return;
    }
    if ((head >= 0x90 && head < 0xa0) || head === 0xdc || head === 0xdd) {
      for (let left = this.readArrayHeader(); left > 0; left--) this.skip(depth + 1);
      return;
    }
    if ((head >= 0xc7 && head <= 0xc9) || (head >= 0xd4 && head <= 0xd8)) {
      this.position += 1;
      this.readExtension(head);
      return;
    }
    this.readAny(depth);
  }

  /** Nothing may follow the value. */
  expectEnd(): void {
    if (this.position !== this.end) throw new MalformedMessageError(`${this.end - this.position} bytes after the end`);
  }

  private readAnyMap(depth: number): Record<string, unknown> | Map<unknown, unknown> {
    const length = this.readMapHeader();
    const entries: [unknown, unknown][] = [];
    let allStrings = true;
    for (let index = 0; index < length; index++) {
      const key = this.readAny(depth + 1);
      allStrings &&= typeof key === 'string';
      entries.push([key, this.readAny(depth + 1)]);
    }
    // fromEntries defines own properties: a key named __proto__ is data like any other.
    return allStrings ? (Object.fromEntries(entries) as Record<string, unknown>) : new Map(entries);
  }

  private readExtension(head: number): { readonly code: number; readonly content: Buffer } {
    let length: number;
    if (head >= 0xd4 && head <= 0xd8) length = 1 << (head - 0xd4);
    else if (head === 0xc7) length = this.next();
    else if (head === 0xc8) length = this.bytes.readUInt16BE(this.take(2));
    else if (head === 0xc9) length = this.bytes.readUInt32BE(this.take(4));
    else throw this.unexpected('raw bytes', head);
    const code = this.bytes.readInt8(this.take(1));
    return { code, content: this.slice(length) };
  }

  private readInt64(head: number): number | bigint {
    const at = this.take(8);
    const value = head === 0xcf ? this.bytes.readBigUInt64BE(at) : this.bytes.readBigInt64BE(at);
    const narrowed = Number(value);
    return Number.isSafeInteger(narrowed) ? narrowed : value;
  }

  private slice(length: number): Buffer {
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  private announced(length: number, most: number, bytesPerElement: number): number {
    if (length > most) throw new MalformedMessageError(`more than ${most} elements`);
    if (length * bytesPerElement > this.end - this.position)
      throw new MalformedMessageError('the message is truncated');
    return length;
  }

  private peek(): number {
    if (this.position >= this.end) throw new MalformedMessageError('the message is truncated');
    return this.bytes[this.position];
  }

  private next(): number {
    return this.bytes[this.take(1)];
  }

  /** Moves over `count` bytes and returns where they start. */
  private take(count: number): number {
    const start = this.position;
    if (count > this.end - start) throw new MalformedMessageError('the message is truncated');
    this.position = start + count;
    return start;
  }

  private unexpected(wanted: string, head: number): MalformedMessageError {
    return new MalformedMessageError(`expected ${wanted}, found type byte 0x${head.toString(16).padStart(2, '0')}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof Uint8Array)
  );
}
