import { describe, expect, it } from 'vitest';
import type { Tensor } from '../onnx-runtime.js';
import { GraphBuilder } from '../testing/index.js';
import { GraphIndex } from './graph-index.js';
import { makeAttribute, makeInitializer } from './make-proto.js';
import type { Initializer } from './onnx-model.js';
import { readModel } from './read-model.js';
import { readScalar, readScalarTensor } from './read-scalar.js';
import { WireWriter } from './wire.js';

const tensor = (value: Tensor): Initializer => makeInitializer('t', value);
const head = (type: number): WireWriter => new WireWriter().int(1, 1).int(2, type);
const initializer = (type: number, writer: WireWriter): Initializer => ({
  name: 't',
  type,
  dims: [1],
  bytes: writer.finish(),
});

describe('readScalarTensor', () => {
  it.each<[string, Initializer, number | undefined]>([
    ['float32', tensor({ type: 'float32', dims: [], data: Float32Array.of(-0.5) }), -0.5],
    ['int64', tensor({ type: 'int64', dims: [1, 1], data: BigInt64Array.of(-7n) }), -7],
    ['int32', tensor({ type: 'int32', dims: [1], data: Int32Array.of(-9) }), -9],
    ['float16', tensor({ type: 'float16', dims: [], data: Uint16Array.of(0xc100) }), -2.5],
    ['the smallest float16', tensor({ type: 'float16', dims: [], data: Uint16Array.of(1) }), 2 ** -24],
    ['an infinite float16', tensor({ type: 'float16', dims: [], data: Uint16Array.of(0xfc00) }), -Infinity],
    ['float_data', initializer(1, head(1).float(4, 1.5)), 1.5],
    ['packed float_data', initializer(1, head(1).bytes(4, new Uint8Array(Float32Array.of(2.5).buffer))), 2.5],
    ['int64_data', initializer(7, head(7).int(7, -3)), -3],
    ['int32_data', initializer(6, head(6).int(5, -4)), -4],
    ['float16 in int32_data', initializer(10, head(10).int(5, 0x3c00)), 1],
    ['two numbers', tensor({ type: 'float32', dims: [2], data: Float32Array.of(1, 2) }), undefined],
    ['a type it does not read', tensor({ type: 'bool', dims: [], data: Uint8Array.of(1) }), undefined],
    ['external data', initializer(1, head(1).int(14, 1)), undefined],
  ])('reads %s', (_, given, expected) => {
    expect(readScalarTensor(given)).toBe(expected);
  });
});

describe('readScalar', () => {
  const read = (build: (graph: GraphBuilder) => string): number | undefined => {
    const graph = new GraphBuilder();
    graph.input('x', 'float32', ['batch', 4, 'sequence', 64]);
    const name = build(graph);
    const index = new GraphIndex(readModel(graph.finish()).graph);
    return readScalar(index, name, (value) => (value === 'x' ? 64 : undefined));
  };
  const shape = (graph: GraphBuilder): string => graph.add('Shape', ['x']);

  it.each<[string, (graph: GraphBuilder) => string, number | undefined]>([
    ['a constant node', (graph) => graph.add('Constant', [], { attributes: { value_float: 0.5 } }), 0.5],
    ['an integer constant', (graph) => graph.add('Constant', [], { attributes: { value_int: -2n } }), -2],
    ['arithmetic', (graph) => graph.add('Div', [graph.scalar(1), graph.add('Sqrt', [graph.scalar(16)])]), 0.25],
    ['a power', (graph) => graph.add('Pow', [graph.scalar(16), graph.scalar(-0.5)]), 0.25],
    ['a reciprocal', (graph) => graph.add('Reciprocal', [graph.add('Mul', [graph.scalar(2), graph.scalar(4)])]), 0.125],
    ['the last dimension, gathered', (graph) => graph.add('Gather', [shape(graph), graph.int(3)]), 64],
    ['the last dimension, sliced', (graph) => graph.add('Slice', [shape(graph), graph.ints(-1), graph.ints(9)]), 64],
    ['another dimension', (graph) => graph.add('Gather', [shape(graph), graph.int(2)]), undefined],
    ['an input', () => 'x', undefined],
    ['what depends on an input', (graph) => graph.add('Mul', ['x', graph.scalar(2)]), undefined],
    ['a name nobody makes', () => 'nothing', undefined],
  ])('works out %s', (_, build, expected) => {
    expect(read(build)).toBe(expected);
  });

  it('gives up on a graph that runs in a circle', () => {
    expect(
      read((graph) => {
        graph.add('Sqrt', ['b'], { output: 'a' });
        return graph.add('Sqrt', ['a'], { output: 'b' });
      }),
    ).toBeUndefined();
  });
});

describe('makeAttribute', () => {
  it('writes the fields onnx.proto gives each kind', () => {
    const field = (write: (writer: WireWriter) => WireWriter): string =>
      Buffer.from(write(new WireWriter().text(1, 'n')).finish()).toString('hex');
    const hex = (value: Parameters<typeof makeAttribute>[1]): string =>
      Buffer.from(makeAttribute('n', value).bytes).toString('hex');
    expect([hex(3n), hex(1.5), hex('s'), hex([1n, -1n]), hex([0.5])]).toEqual([
      field((writer) => writer.int(3, 3).int(20, 2)),
      field((writer) => writer.float(2, 1.5).int(20, 1)),
      field((writer) => writer.text(4, 's').int(20, 3)),
      field((writer) => writer.int(8, 1).int(8, -1).int(20, 7)),
      field((writer) => writer.float(7, 0.5).int(20, 6)),
    ]);
  });
});
