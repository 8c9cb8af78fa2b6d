import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OnnxRuntimeError } from '../onnx-runtime-error.js';
import { buildConcatKvDecoder } from '../testing/index.js';
import { readModel } from './read-model.js';
import { readFields, WireWriter } from './wire.js';
import { writeModel } from './write-model.js';

/** Fields with numbers onnx.proto does not use, of every wire type. */
const unknownField = fc
  .tuple(
    fc.integer({ min: 100, max: 2 ** 29 - 1 }),
    fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.uint8Array(), fc.float()),
  )
  .map(([number, value]) => {
    const writer = new WireWriter();
    if (typeof value === 'bigint') {
      return writer.int(number, value).finish();
    }
    return (typeof value === 'number' ? writer.float(number, value) : writer.bytes(number, value)).finish();
  });
const unknownFields = fc.array(unknownField, { maxLength: 4 });

function append(writer: WireWriter, fields: readonly Uint8Array[]): WireWriter {
  for (const field of fields) {
    writer.raw(field);
  }
  return writer;
}

function hex(fields: readonly Uint8Array[]): string[] {
  return fields.map((field) => Buffer.from(field).toString('hex'));
}

describe('readModel and writeModel', () => {
  it('keep every part of a decoder', () => {
    const model = readModel(buildConcatKvDecoder({ layers: 1 }));
    expect(readModel(writeModel(model))).toEqual(model);
  });

  it('keep fields they do not know, on every level', () => {
    fc.assert(
      fc.property(unknownFields, unknownFields, unknownFields, fc.string(), (onModel, onGraph, onNode, name) => {
        const node = append(new WireWriter().text(4, 'Add').text(1, name).text(2, 'sum'), onNode);
        const graph = append(new WireWriter().message(1, node), onGraph);
        const bytes = append(new WireWriter().message(7, graph), onModel).finish();
        const model = readModel(writeModel(readModel(bytes)));
        expect({
          model: hex(model.rest),
          graph: hex(model.graph.rest),
          node: hex(model.graph.nodes[0]?.rest ?? []),
          inputs: model.graph.nodes[0]?.inputs,
        }).toEqual({ model: hex(onModel), graph: hex(onGraph), node: hex(onNode), inputs: [name] });
      }),
    );
  });

  it('merge a graph that comes in two pieces', () => {
    const half = (name: string) => new WireWriter().message(1, new WireWriter().text(4, name));
    const bytes = new WireWriter().message(7, half('Add')).message(7, half('Mul')).finish();
    expect(readModel(bytes).graph.nodes.map(({ opType }) => opType)).toEqual(['Add', 'Mul']);
  });

  it('refuse bytes that are no model, and never with another error', () => {
    const whole = buildConcatKvDecoder({ layers: 1 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.nat(whole.length - 1).map((size) => whole.subarray(0, size)),
        ),
        (bytes) => {
          try {
            readModel(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(OnnxRuntimeError);
          }
        },
      ),
    );
    expect(() => readModel(new Uint8Array(0))).toThrow('the file holds no ONNX graph');
  });
});

describe('readFields', () => {
  it('gives back the numbers and bytes that were written', () => {
    const field = fc.tuple(
      fc.integer({ min: 1, max: 2 ** 29 - 1 }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const writer = new WireWriter();
        for (const [number, value, bytes] of fields) {
          writer.int(number, value).bytes(number, bytes);
        }
        const read = [...readFields(writer.finish())].map(({ number, type, value, bytes }) => [
          number,
          type,
          value,
          [...bytes],
        ]);
        expect(read).toEqual(
          fields.flatMap(([number, value, bytes]) => [
            [number, 0, value, []],
            [number, 2, 0n, [...bytes]],
          ]),
        );
      }),
    );
  });

  it.each([
    ['ends inside a number', [0x08, 0x80]],
    ['ends inside bytes', [0x0a, 0x05, 0x01]],
    ['claims more bytes than there can be', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['has a number of eleven bytes', [0x08, ...Array.from({ length: 11 }, () => 0x80)]],
    ['has a group', [0x0b]],
    ['has field number 0', [0x00, 0x01]],
  ])('refuses a message that %s', (_, bytes) => {
    expect(() => [...readFields(Uint8Array.from(bytes))]).toThrow(OnnxRuntimeError);
  });
});
