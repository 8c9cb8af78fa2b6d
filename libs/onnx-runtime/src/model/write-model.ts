import type { Graph, Node, OnnxModel } from './onnx-model.js';
import { WireWriter } from './wire.js';

/** ModelProto of the view: known fields first, then the ones that were carried along. */
export function writeModel({ opsets, graph, rest }: OnnxModel): Uint8Array {
  const writer = new WireWriter();
  copy(writer, rest);
  for (const { domain, version } of opsets) {
    writer.message(8, new WireWriter().text(1, domain).int(2, version));
  }
  return writer.message(7, writeGraph(graph)).finish();
}

function writeGraph({ nodes, initializers, inputs, outputs, valueTypes, rest }: Graph): WireWriter {
  const writer = new WireWriter();
  for (const node of nodes) {
    writer.message(1, writeNode(node));
  }
  for (const { bytes } of initializers) {
    writer.bytes(5, bytes);
  }
  for (const [number, values] of [
    [11, inputs],
    [12, outputs],
    [13, valueTypes],
  ] as const) {
    for (const { bytes } of values) {
      writer.bytes(number, bytes);
    }
  }
  copy(writer, rest);
  return writer;
}

function writeNode({ opType, domain, name, inputs, outputs, attributes, rest }: Node): WireWriter {
  const writer = new WireWriter();
  for (const input of inputs) {
    writer.text(1, input);
  }
  for (const output of outputs) {
    writer.text(2, output);
  }
  writer.text(3, name).text(4, opType);
  for (const { bytes } of attributes) {
    writer.bytes(5, bytes);
  }
  if (domain !== '') {
    writer.text(7, domain);
  }
  copy(writer, rest);
  return writer;
}

function copy(writer: WireWriter, fields: readonly Uint8Array[]): void {
  for (const field of fields) {
    writer.raw(field);
  }
}
