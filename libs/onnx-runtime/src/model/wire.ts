import { OnnxRuntimeError } from '../onnx-runtime-error.js';

/** Wire types of protobuf (https://protobuf.dev/programming-guides/encoding). Groups are not used by ONNX and are refused. */
export type WireType = 0 | 1 | 2 | 5;

/** One field as it lies in the message. Nothing is copied: `raw` and `bytes` are views. */
export interface WireField {
  readonly number: number;
  readonly type: WireType;
  /** Varints and fixed numbers, unsigned; 0n for bytes. */
  readonly value: bigint;
  /** Length-delimited content; empty for numbers. */
  readonly bytes: Uint8Array;
  /** Tag and content: writing it back gives the same field. */
  readonly raw: Uint8Array;
}

const EMPTY = new Uint8Array(0);
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Walks the fields of a message. Throws `OnnxRuntimeError` when the bytes are no message. */
export function* readFields(message: Uint8Array): Generator<WireField, void> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let offset = 0;
  while (offset < message.length) {
    const start = offset;
    const tag = readVarint(message, offset);
    offset = tag.end;
    const number = Number(tag.value >> 3n);
    const type = Number(tag.value & 7n);
    let value = 0n;
    let bytes: Uint8Array = EMPTY;
    if (type === 0) {
      ({ value, end: offset } = readVarint(message, offset));
    } else if (type === 1) {
      value = view.getBigUint64(need(message, offset, 8), true);
      offset += 8;
    } else if (type === 5) {
      value = BigInt(view.getUint32(need(message, offset, 4), true));
      offset += 4;
    } else if (type === 2) {
      const length = readVarint(message, offset);
      const size = length.value > BigInt(message.length) ? Infinity : Number(length.value);
      bytes = message.subarray(need(message, length.end, size), length.end + size);
      offset = length.end + size;
    } else {
      throw new OnnxRuntimeError(`protobuf: wire type ${type} at byte ${start} is not supported`);
    }
    if (number === 0) {
      throw new OnnxRuntimeError(`protobuf: field number 0 at byte ${start}`);
    }
    yield { number, type, value, bytes, raw: message.subarray(start, offset) };
  }
}

export function toText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A varint as the signed 64-bit integer of protobuf's int32, int64 and enum fields. */
export function toSigned(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}

/** The numbers of a repeated int64 field, packed or not. */
export function readInts({ type, value, bytes }: WireField): number[] {
  if (type !== 2) {
    return [toSigned(value)];
  }
  const numbers: number[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const next = readVarint(bytes, offset);
    numbers.push(toSigned(next.value));
    offset = next.end;
  }
  return numbers;
}

function readVarint(message: Uint8Array, start: number): { value: bigint; end: number } {
  let low = 0;
  for (let index = 0; index < 4; index++) {
    const byte = message[need(message, start + index, 1)] ?? 0;
    low |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) {
      return { value: BigInt(low), end: start + index + 1 };
    }
  }
  let value = BigInt(low);
  for (let index = 4; index < 10; index++) {
    const byte = message[need(message, start + index, 1)] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) {
      return { value: BigInt.asUintN(64, value), end: start + index + 1 };
    }
  }
  throw new OnnxRuntimeError(`protobuf: the number at byte ${start} is too long`);
}

function need(message: Uint8Array, offset: number, size: number): number {
  if (offset + size > message.length) {
    throw new OnnxRuntimeError(`protobuf: the message ends inside the field at byte ${offset}`);
  }
  return offset;
}

/** Builds a message as a list of pieces, so that gigabytes of weights are copied once, by `finish`. */
export class WireWriter {
  private readonly pieces: Uint8Array[] = [];
  private size = 0;

  /** A field copied from a message that was read. */
  raw(field: Uint8Array): this {
    this.pieces.push(field);
    this.size += field.length;
    return this;
  }

  int(number: number, value: number | bigint): this {
    return this.raw(varints((BigInt(number) << 3n) | 0n, BigInt.asUintN(64, BigInt(value))));
  }

  float(number: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.raw(varints((BigInt(number) << 3n) | 5n)).raw(bytes);
  }

  bytes(number: number, value: Uint8Array): this {
    return this.raw(varints((BigInt(number) << 3n) | 2n, BigInt(value.length))).raw(value);
  }

  text(number: number, value: string): this {
    return this.bytes(number, encoder.encode(value));
  }

  message(number: number, value: WireWriter): this {
    this.raw(varints((BigInt(number) << 3n) | 2n, BigInt(value.size)));
    for (const piece of value.pieces) {
      this.raw(piece);
    }
    return this;
  }

  finish(): Uint8Array {
    const message = new Uint8Array(this.size);
    let offset = 0;
    for (const piece of this.pieces) {
      message.set(piece, offset);
      offset += piece.length;
    }
    return message;
  }
}

function varints(...values: readonly bigint[]): Uint8Array {
  const bytes: number[] = [];
  for (let value of values) {
    while (value >= 0x80n) {
      bytes.push(Number(value & 0x7fn) | 0x80);
      value >>= 7n;
    }
    bytes.push(Number(value));
  }
  return Uint8Array.from(bytes);
}
