import type { WaitableValues } from './waitable-values.js';

/** First byte of a client's message (torch 2.13, `TCPStoreBackend.hpp`). Queues, lists of keys and barriers are not served: vLLM uses none. */
const Query = {
  validate: 0,
  set: 1,
  compareSet: 2,
  get: 3,
  add: 4,
  check: 5,
  wait: 6,
  numKeys: 7,
  deleteKey: 8,
  append: 9,
  multiGet: 10,
  multiSet: 11,
  cancelWait: 12,
  ping: 13,
} as const;

const MAGIC = 0x3c85f7ce;
const READY = Buffer.from([0]);
const NOT_READY = Buffer.from([1]);
const STOP_WAITING = Buffer.from([0]);
const WAIT_CANCELED = Buffer.from([1]);

const MAX_KEY_BYTES = 1 << 13;
const MAX_VALUE_BYTES = 1 << 23;
const MAX_KEYS = 1 << 12;

/** Reads from a stream: yields how many bytes are needed, and is resumed with them. */
type Reading<T> = Generator<number, T, Buffer>;

/**
 * The server's side of one connection, from the first byte on. Integers are 64-bit little-endian, text and values have their length before
 * them. Throws for what is not this protocol; the connection is to be closed then.
 */
export function* storeConversation(values: WaitableValues, reply: (bytes: Buffer) => void): Reading<never> {
  let cancelWait = (): void => undefined;
  try {
    if ((yield* readByte()) !== Query.validate || (yield 4).readUInt32LE() !== MAGIC) {
      throw new RangeError('the peer is no client of a TCP store');
    }
    for (;;) {
      const query = yield* readByte();
      switch (query) {
        case Query.wait:
          cancelWait = values.wait(yield* readKeys(), () => reply(STOP_WAITING));
          break;
        case Query.cancelWait:
          cancelWait();
          reply(WAIT_CANCELED);
          break;
        case Query.ping:
          reply(yield 4);
          break;
        case Query.check:
          reply(values.has(yield* readKeys()) ? READY : NOT_READY);
          break;
        case Query.numKeys:
          reply(int64(BigInt(values.size)));
          break;
        default:
          yield* answer(query, values, reply);
      }
    }
  } finally {
    cancelWait();
  }
}

/** What reads and changes values. */
function* answer(query: number, values: WaitableValues, reply: (bytes: Buffer) => void): Reading<void> {
  switch (query) {
    case Query.set:
      return values.set(yield* readKey(), yield* readValue());
    case Query.append: {
      const key = yield* readKey();
      return values.set(key, bounded(Buffer.concat([values.get(key) ?? Buffer.alloc(0), yield* readValue()])));
    }
    case Query.compareSet: {
      const [key, expected, desired] = [yield* readKey(), yield* readValue(), yield* readValue()];
      const current = values.get(key);
      if (current?.equals(expected) ?? expected.length === 0) {
        values.set(key, desired);
        return reply(withLength(desired));
      }
      return reply(withLength(current ?? expected));
    }
    case Query.add: {
      const key = yield* readKey();
      const sum = BigInt.asIntN(64, wholeNumber(values.get(key)) + (yield 8).readBigInt64LE());
      values.set(key, Buffer.from(String(sum)));
      return reply(int64(sum));
    }
    case Query.get:
      return reply(withLength(present(values.get(yield* readKey()))));
    case Query.multiGet: {
      const keys = yield* readKeys();
      return keys.forEach((key) => reply(withLength(present(values.get(key)))));
    }
    case Query.multiSet:
      for (let left = yield* readCount(MAX_KEYS); left > 0; left--) {
        values.set(yield* readKey(), yield* readValue());
      }
      return;
    case Query.deleteKey:
      return reply(int64(values.delete(yield* readKey()) ? 1n : 0n));
    default:
      throw new RangeError(`query ${query} is not served`);
  }
}

function* readByte(): Reading<number> {
  return (yield 1)[0];
}

function* readCount(most: number): Reading<number> {
  const count = (yield 8).readBigUInt64LE();
  if (count > most) {
    throw new RangeError(`${count} is more than ${most}`);
  }
  return Number(count);
}

function* readValue(): Reading<Buffer> {
  return yield yield* readCount(MAX_VALUE_BYTES);
}

function* readKey(): Reading<string> {
  return (yield yield* readCount(MAX_KEY_BYTES)).toString('latin1');
}

function* readKeys(): Reading<readonly string[]> {
  const keys: string[] = [];
  for (let left = yield* readCount(MAX_KEYS); left > 0; left--) {
    keys.push(yield* readKey());
  }
  return keys;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
}

function withLength(value: Buffer): Buffer {
  return Buffer.concat([int64(BigInt(value.length)), value]);
}

/** Clients wait for a key before they ask for it. */
function present(value: Buffer | undefined): Buffer {
  if (value === undefined) {
    throw new RangeError('there is no such key');
  }
  return value;
}

function bounded(value: Buffer): Buffer {
  if (value.length > MAX_VALUE_BYTES) {
    throw new RangeError('the value is too long');
  }
  return value;
}

function wholeNumber(value: Buffer | undefined): bigint {
  const text = value?.toString('latin1') ?? '0';
  if (!/^-?\d{1,20}$/.test(text)) {
    throw new RangeError('the value is no number');
  }
  return BigInt(text);
}
