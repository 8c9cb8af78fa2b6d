import fc from 'fast-check';
import { Packr, Unpackr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { MalformedMessageError } from '../malformed-message.error.js';
import { MsgpackReader } from './msgpack-reader.js';
import { MsgpackWriter } from './msgpack-writer.js';

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number' });
/** msgpackr renames the key `__proto__` and writes -0 as 0: tests of their own cover both. */
const jsonValue = fc
  .json()
  .filter((text) => !text.includes('__proto__'))
  .map((text) => JSON.parse(JSON.stringify(JSON.parse(text))) as unknown);

describe('MsgpackWriter', () => {
  it.each<[string, (writer: MsgpackWriter) => void, string]>([
    ['positive fixint', (writer) => writer.int(127), '7f'],
    ['uint8', (writer) => writer.int(128), 'cc80'],
    ['uint16', (writer) => writer.int(256), 'cd0100'],
    ['uint32', (writer) => writer.int(65_536), 'ce00010000'],
    ['uint64', (writer) => writer.int(2 ** 32), 'cf0000000100000000'],
    ['uint64 of a bigint', (writer) => writer.int(2n ** 64n - 1n), 'cfffffffffffffffff'],
    ['a small bigint like the number', (writer) => writer.int(5n), '05'],
    ['negative fixint', (writer) => writer.int(-32), 'e0'],
    ['int8', (writer) => writer.int(-33), 'd0df'],
    ['int16', (writer) => writer.int(-129), 'd1ff7f'],
    ['int32', (writer) => writer.int(-32_769), 'd2ffff7fff'],
    ['int64', (writer) => writer.int(-(2 ** 31) - 1), 'd3ffffffff7fffffff'],
    ['a whole float as a double', (writer) => writer.float(0), 'cb0000000000000000'],
    ['fixstr', (writer) => writer.string('é'), 'a2c3a9'],
    ['str8', (writer) => writer.string('a'.repeat(32)), `d920${'61'.repeat(32)}`],
    ['a struct of 16 fields with 2 keys', (writer) => writer.mapHeader(2, 16), 'de0002'],
    ['a struct of 15 fields', (writer) => writer.mapHeader(15, 15), '8f'],
    ['raw bytes of a power of two', (writer) => writer.rawView(Buffer.alloc(8, 1)), 'd7030101010101010101'],
    ['raw bytes', (writer) => writer.rawView(Buffer.alloc(12)), `c70c03${'00'.repeat(12)}`],
    ['no raw bytes', (writer) => writer.rawView(Buffer.alloc(0)), 'c70003'],
    ['minus zero', (writer) => writer.any(-0), 'cb8000000000000000'],
    ['undefined in a map', (writer) => writer.any({ a: undefined }), '81a161c0'],
    ['integer keys of a Map', (writer) => writer.any(new Map([[5, 'x']])), '8105a178'],
  ])('writes %s', (_, write, expected) => {
    const writer = new MsgpackWriter();
    write(writer);
    expect(writer.take().toString('hex')).toBe(expected);
  });

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a date', new Date(0)],
    ['an integer of more than 64 bits', 2n ** 64n],
  ])('refuses %s', (_, value) => {
    expect(() => new MsgpackWriter().any(value)).toThrow(/has no form on the wire|does not fit 64 bits/);
  });

  it('refuses a value that contains itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => new MsgpackWriter().any(loop)).toThrow('nested too deeply');
  });

  it('gives each message bytes of its own, however long the one before', () => {
    const writer = new MsgpackWriter();
    writer.string('x'.repeat(2_000_000));
    const long = writer.take();
    writer.int(1);
    expect([long.length, writer.take()]).toEqual([2_000_005, Buffer.from([1])]);
  });

  it('is read by msgpackr as what was written', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        const writer = new MsgpackWriter();
        writer.any(value);
        expect(unpackr.unpack(writer.take())).toEqual(value);
      }),
    );
  });
});

describe('MsgpackReader', () => {
  it('reads what msgpackr writes, and steps over exactly as much', () => {
    fc.assert(
      fc.property(jsonValue, (value) => {
        const bytes = packr.pack(value);
        const reader = new MsgpackReader(bytes);
        expect(reader.readAny()).toEqual(value);
        reader.expectEnd();
        const skipper = new MsgpackReader(bytes);
        skipper.skip();
        skipper.expectEnd();
      }),
    );
  });

  it('reads what the writer writes, all types', () => {
    const value = {
      bytes: Buffer.from('abc'),
      big: 2n ** 63n,
      negative: -(2n ** 63n),
      exact: Number.MAX_SAFE_INTEGER,
      nested: [new Map<unknown, unknown>([[1, -0.5]]), [], {}, null, true, ''],
      ['__proto__']: 'a key like any other',
    };
    const writer = new MsgpackWriter();
    writer.any(value);
    const read = new MsgpackReader(writer.take()).readAny() as object;
    expect(read).toEqual(value);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  it.each<[string, string, (reader: MsgpackReader) => unknown]>([
    ['a float for an int', 'cb4020000000000000', (reader) => reader.readInt()],
    ['a boolean for an int', 'c3', (reader) => reader.readInt()],
    ['an int beyond 2^53 where digits count', 'cf0020000000000001', (reader) => reader.readInt()],
    ['NaN', 'cb7ff8000000000000', (reader) => reader.readFloat()],
    ['infinity in 32 bits', 'ca7f800000', (reader) => reader.readFloat()],
    ['nil for a string', 'c0', (reader) => reader.readString()],
    ['a string longer than the message', 'dbffffffff61', (reader) => reader.readString()],
    ['four billion elements in five bytes', 'ddffffffff', (reader) => reader.readAny()],
    ['four billion pairs in five bytes', 'dfffffffff', (reader) => reader.readAny()],
    ['a pickle', 'd50100ff', (reader) => reader.readAny()],
    ['a cloudpickle', 'd502ffff', (reader) => reader.readAny()],
    ['a byte that is no type', 'c1', (reader) => reader.readAny()],
    ['a skipped byte that is no type', 'c1', (reader) => reader.skip()],
    ['a map with a number for a key as a record', '810102', (reader) => reader.readRecord()],
    ['arrays in arrays, 200 deep', `${'91'.repeat(200)}c0`, (reader) => reader.readAny()],
    ['maps in maps, 200 deep, skipped', `${'81a0'.repeat(200)}c0`, (reader) => reader.skip()],
    ['what follows the value', 'c0c0', (reader) => (reader.tryNil(), reader.expectEnd())],
    ['nothing at all', '', (reader) => reader.readAny()],
  ])('refuses %s', (_, hex, read) => {
    expect(() => read(new MsgpackReader(Buffer.from(hex, 'hex')))).toThrow(MalformedMessageError);
  });

  it.each([
    ['an array of 2^24 elements and one', 'dd01000001', 2 ** 24 + 1],
    ['a map of 2^20 pairs and one', 'df00100001', 2 * (2 ** 20 + 1)],
  ])('refuses %s although all of it is there', (_, header, bytes) => {
    const message = Buffer.concat([Buffer.from(header, 'hex'), Buffer.alloc(bytes)]);
    expect(() => new MsgpackReader(message).readAny()).toThrow('elements');
    expect(() => new MsgpackReader(message).skip()).toThrow('elements');
  });

  it('steps over extensions it would not read', () => {
    const reader = new MsgpackReader(Buffer.from('d50100ff07', 'hex'));
    reader.skip();
    expect(reader.readInt()).toBe(7);
  });

  it('throws nothing but MalformedMessageError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        for (const read of [(reader: MsgpackReader) => reader.readAny(), (reader: MsgpackReader) => reader.skip()]) {
          try {
            read(new MsgpackReader(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedMessageError);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
