import { TorchFileError } from './torch-file.error.js';

/** What globals, calls and persistent ids of a pickle become: only what the host knows, and nothing is ever executed but the host. */
export interface PickleHost {
  /** `name`: `module.name`. Throws for one that is not known. */
  readonly global: (name: string) => unknown;
  readonly call: (callee: unknown, args: readonly unknown[]) => unknown;
  readonly persistent: (id: unknown) => unknown;
}

export interface ReadPickle {
  /** Tuples and lists are arrays, dicts are Maps, None is null, integers beyond 2^53 are bigints. */
  readonly value: unknown;
  /** Bytes it took. */
  readonly length: number;
}

/**
 * One pickle at the start of `bytes`, by the opcodes of protocol 2 that torch writes and its restricted unpickler reads. Each costs at least
 * a byte, none looks at more than it takes from the stack, so the time is linear. Throws `TorchFileError`, and what the host throws.
 */
export function readPickle(bytes: Uint8Array, host: PickleHost): ReadPickle {
  return new PickleReader(bytes, host).read();
}

class PickleReader {
  private readonly view: DataView;
  private readonly stack: unknown[] = [];
  /** Heights of the stack at the open marks. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, unknown>();
  private position = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly host: PickleHost,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): ReadPickle {
    for (;;) {
      const opcode = this.byte();
      if (opcode === STOP) {
        return { value: this.pop(), length: this.position };
      }
      const step = STEPS.get(opcode);
      if (!step) {
        throw new TorchFileError(
          `its pickle has the opcode 0x${opcode.toString(16).padStart(2, '0')}, which is not read`,
        );
      }
      step(this);
    }
  }

  byte(): number {
    return this.view.getUint8(this.take(1));
  }

  uint16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  float64(): number {
    return this.view.getFloat64(this.take(8), false);
  }

  /** Two's complement of `length` bytes, the lowest first. */
  long(length: number): number | bigint {
    const start = this.take(length);
    let value = 0n;
    for (let index = length - 1; index >= 0; index--) {
      value = (value << 8n) | BigInt(this.bytes[start + index]);
    }
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  text(length: number): string {
    const start = this.take(length);
    return Buffer.from(this.bytes.subarray(start, start + length)).toString('utf8');
  }

  /** Up to the line break, which is taken too. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) {
      throw truncated();
    }
    const text = this.text(end - this.position);
    this.position += 1;
    return text;
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) {
      throw new TorchFileError('its pickle takes more than it put down');
    }
    return this.stack.pop();
  }

  top(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }

  /** The last `count` values, in their order. */
  popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  popToMark(): unknown[] {
    const height = this.marks.pop();
    if (height === undefined) {
      throw new TorchFileError('its pickle ends a group that it never began');
    }
    return this.stack.splice(height);
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.memo.has(index)) {
      throw new TorchFileError('its pickle refers to what it never remembered');
    }
    this.push(this.memo.get(index));
  }

  global(): void {
    const module = this.line();
    this.push(this.host.global(`${module}.${this.line()}`));
  }

  call(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!Array.isArray(args)) {
      throw new TorchFileError('its pickle calls without arguments');
    }
    this.push(this.host.call(callee, args));
  }

  persistent(): void {
    this.push(this.host.persistent(this.pop()));
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) {
      throw new TorchFileError('its pickle appends to what is no list');
    }
    for (const item of items) {
      list.push(item);
    }
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || items.length % 2 !== 0) {
      throw new TorchFileError('its pickle sets items of what is no dict');
    }
    for (let index = 0; index < items.length; index += 2) {
      dict.set(items[index], items[index + 1]);
    }
  }

  private take(count: number): number {
    const start = this.position;
    if (count > this.bytes.length - start) {
      throw truncated();
    }
    this.position = start + count;
    return start;
  }
}

function truncated(): TorchFileError {
  return new TorchFileError('its pickle is truncated');
}

const STOP = 0x2e;

/** By opcode, named as in Python's pickletools. */
const STEPS: ReadonlyMap<number, (reader: PickleReader) => void> = new Map<number, (reader: PickleReader) => void>([
  [0x80, (reader) => void reader.byte()], // PROTO
  [0x28, (reader) => reader.mark()], // MARK
  [0x30, (reader) => void reader.pop()], // POP
  [0x4e, (reader) => reader.push(null)], // NONE
  [0x88, (reader) => reader.push(true)], // NEWTRUE
  [0x89, (reader) => reader.push(false)], // NEWFALSE
  [0x4a, (reader) => reader.push(reader.int32())], // BININT
  [0x4b, (reader) => reader.push(reader.byte())], // BININT1
  [0x4d, (reader) => reader.push(reader.uint16())], // BININT2
  [0x8a, (reader) => reader.push(reader.long(reader.byte()))], // LONG1
  [0x47, (reader) => reader.push(reader.float64())], // BINFLOAT
  [0x55, (reader) => reader.push(reader.text(reader.byte()))], // SHORT_BINSTRING
  [0x58, (reader) => reader.push(reader.text(reader.uint32()))], // BINUNICODE
  [0x29, (reader) => reader.push([])], // EMPTY_TUPLE
  [0x85, (reader) => reader.push(reader.popMany(1))], // TUPLE1
  [0x86, (reader) => reader.push(reader.popMany(2))], // TUPLE2
  [0x87, (reader) => reader.push(reader.popMany(3))], // TUPLE3
  [0x74, (reader) => reader.push(reader.popToMark())], // TUPLE
  [0x5d, (reader) => reader.push([])], // EMPTY_LIST
  [0x61, (reader) => reader.append(reader.popMany(1))], // APPEND
  [0x65, (reader) => reader.append(reader.popToMark())], // APPENDS
  [0x7d, (reader) => reader.push(new Map())], // EMPTY_DICT
  [0x73, (reader) => reader.setItems(reader.popMany(2))], // SETITEM
  [0x75, (reader) => reader.setItems(reader.popToMark())], // SETITEMS
  [0x71, (reader) => reader.remember(reader.byte())], // BINPUT
  [0x72, (reader) => reader.remember(reader.uint32())], // LONG_BINPUT
  [0x68, (reader) => reader.recall(reader.byte())], // BINGET
  [0x6a, (reader) => reader.recall(reader.uint32())], // LONG_BINGET
  [0x63, (reader) => reader.global()], // GLOBAL
  [0x52, (reader) => reader.call()], // REDUCE
  [0x51, (reader) => reader.persistent()], // BINPERSID
]);
