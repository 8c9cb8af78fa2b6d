import fc from 'fast-check';
import { MsgpackReader } from '../msgpack/msgpack-reader.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';

/** Headers that announce four billion of something: array, map, string, bytes, extension. */
const HUGE = ['ddffffffff', 'dfffffffff', 'dbffffffff', 'c6ffffffff', 'c9ffffffff03'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

/** Values of the wrong type, or beyond what the right one holds. */
const WRONG = [
  null,
  true,
  -1,
  0.5,
  Number.NaN,
  2n ** 64n - 1n,
  'x',
  '',
  [],
  [[[]]],
  {},
  { a: 1 },
  Buffer.from('x'),
] as const;

type Mutation = (payload: Buffer) => Buffer;

const position = fc.nat({ max: 1 << 20 });
const anyMutation: fc.Arbitrary<Mutation> = fc.oneof(
  position.map(
    (at): Mutation =>
      (payload) =>
        payload.subarray(0, at % (payload.length + 1)),
  ),
  fc.array(fc.tuple(position, fc.nat(7)), { minLength: 1, maxLength: 5 }).map((bits): Mutation => (payload) => {
    const flipped = Buffer.from(payload);
    for (const [at, bit] of bits) flipped[at % flipped.length] ^= 1 << bit;
    return flipped;
  }),
  fc.tuple(position, fc.constantFrom(...HUGE)).map(
    ([at, header]): Mutation =>
      (payload) =>
        spliced(payload, at, header),
  ),
  fc.tuple(position, fc.integer({ min: 100, max: 5_000 }), fc.constantFrom('91', '81a0')).map(
    ([at, levels, hex]): Mutation =>
      (payload) =>
        spliced(payload, at, Buffer.from(hex.repeat(levels), 'hex')),
  ),
  fc.tuple(position, fc.constantFrom(...WRONG)).map(
    ([at, value]): Mutation =>
      (payload) =>
        withValue(payload, at, value),
  ),
  fc.uint8Array({ maxLength: 64 }).map(
    (noise): Mutation =>
      () =>
        Buffer.from(noise),
  ),
);

/** Frame lists of real messages with one thing wrong: cut, bits flipped, a value of another type, nested deeply, lengths that cannot be, frames missing. */
export function anyMutatedFrames(messages: readonly (readonly Buffer[])[]): fc.Arbitrary<Buffer[]> {
  const frames = fc
    .tuple(fc.constantFrom(...messages), anyMutation)
    .map(([[payload, ...auxiliary], mutate]) => [mutate(payload), ...auxiliary]);
  const fewerFrames = fc.constantFrom(...messages).map((message) => message.slice(0, -1));
  return fc.oneof({ weight: 9, arbitrary: frames }, { weight: 1, arbitrary: fewerFrames });
}

/** `bytes` in the place of one byte. */
function spliced(payload: Buffer, at: number, bytes: Buffer): Buffer {
  const start = at % payload.length;
  return Buffer.concat([payload.subarray(0, start), bytes, payload.subarray(start + 1)]);
}

/** Another value in the place of the one that is `at` steps into the message. */
function withValue(payload: Buffer, at: number, value: unknown): Buffer {
  const message: unknown = new MsgpackReader(payload).readAny();
  const places = containersOf(message).flatMap((container) =>
    Object.keys(container).map((key) => ({ container, key })),
  );
  if (places.length === 0) return payload;
  const { container, key } = places[at % places.length];
  container[key] = value;
  const writer = new MsgpackWriter();
  writer.any(message);
  return writer.take();
}

function containersOf(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Map) return [];
  const container = value as Record<string, unknown>;
  return [container, ...Object.values(container).flatMap(containersOf)];
}
