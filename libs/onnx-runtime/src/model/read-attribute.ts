import type { Initializer, Node } from './onnx-model.js';
import { readInitializer } from './read-model.js';
import { readFields, readInts, toSigned, type WireField } from './wire.js';

/** An integer attribute of a node, or undefined. */
export function readIntAttribute(node: Node, name: string): number | undefined {
  const field = findField(node, name, 3);
  return field && toSigned(field.value);
}

export function readFloatAttribute(node: Node, name: string): number | undefined {
  const field = findField(node, name, 2);
  return field && bitsToFloat(field.value);
}

export function readTensorAttribute(node: Node, name: string): Initializer | undefined {
  const field = findField(node, name, 5);
  return field && readInitializer(field.bytes);
}

/** A list of integers, or undefined when the node has no such attribute. */
export function readIntsAttribute(node: Node, name: string): number[] | undefined {
  const attribute = node.attributes.find((candidate) => candidate.name === name);
  return attribute && [...readFields(attribute.bytes)].filter(({ number }) => number === 8).flatMap(readInts);
}

/** The bodies of graphs a node carries (If, Loop, Scan), as GraphProto. */
export function readSubgraphs(node: Node): Uint8Array[] {
  return node.attributes
    .flatMap(({ bytes }) => [...readFields(bytes)])
    .filter(({ number, type }) => (number === 6 || number === 11) && type === 2)
    .map(({ bytes }) => bytes);
}

export function bitsToFloat(bits: bigint): number {
  return new Float32Array(Uint32Array.of(Number(bits)).buffer)[0] ?? 0;
}

function findField(node: Node, name: string, number: number): WireField | undefined {
  const attribute = node.attributes.find((candidate) => candidate.name === name);
  return attribute && [...readFields(attribute.bytes)].find((field) => field.number === number);
}
