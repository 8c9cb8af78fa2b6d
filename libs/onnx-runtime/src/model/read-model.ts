import { OnnxRuntimeError } from '../onnx-runtime-error.js';
import type { Attribute, Graph, GraphValue, Initializer, Node, OnnxModel, Opset } from './onnx-model.js';
import { readFields, readInts, toSigned, toText } from './wire.js';

/** Reads ModelProto. Weights stay views of `bytes`. Throws `OnnxRuntimeError` when the bytes are no model. */
export function readModel(bytes: Uint8Array): OnnxModel {
  const opsets: Opset[] = [];
  const graphs: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 7 && field.type === 2) {
      graphs.push(field.bytes);
    } else if (field.number === 8 && field.type === 2) {
      opsets.push(readOpset(field.bytes));
    } else {
      rest.push(field.raw);
    }
  }
  if (graphs.length === 0) {
    throw new OnnxRuntimeError('the file holds no ONNX graph');
  }
  return { opsets, graph: readGraph(graphs), rest };
}

/** Reads GraphProto; several pieces are one graph, as protobuf merges a field that comes twice. */
export function readGraph(pieces: readonly Uint8Array[]): Graph {
  const nodes: Node[] = [];
  const initializers: Initializer[] = [];
  const inputs: GraphValue[] = [];
  const outputs: GraphValue[] = [];
  const valueTypes: GraphValue[] = [];
  const rest: Uint8Array[] = [];
  for (const field of pieces.flatMap((piece) => [...readFields(piece)])) {
    switch (field.type === 2 ? field.number : 0) {
      case 1:
        nodes.push(readNode(field.bytes));
        break;
      case 5:
        initializers.push(readInitializer(field.bytes));
        break;
      case 11:
        inputs.push(readValue(field.bytes));
        break;
      case 12:
        outputs.push(readValue(field.bytes));
        break;
      case 13:
        valueTypes.push(readValue(field.bytes));
        break;
      default:
        rest.push(field.raw);
    }
  }
  return { nodes, initializers, inputs, outputs, valueTypes, rest };
}

function readOpset(bytes: Uint8Array): Opset {
  let domain = '';
  let version = 0;
  for (const field of readFields(bytes)) {
    if (field.number === 1) {
      domain = toText(field.bytes);
    } else if (field.number === 2) {
      version = toSigned(field.value);
    }
  }
  return { domain, version };
}

function readNode(bytes: Uint8Array): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Attribute[] = [];
  const rest: Uint8Array[] = [];
  const texts = { 3: '', 4: '', 7: '' };
  for (const field of readFields(bytes)) {
    switch (field.type === 2 ? field.number : 0) {
      case 1:
        inputs.push(toText(field.bytes));
        break;
      case 2:
        outputs.push(toText(field.bytes));
        break;
      case 3:
      case 4:
      case 7:
        texts[field.number as 3 | 4 | 7] = toText(field.bytes);
        break;
      case 5:
        attributes.push({ name: readName(field.bytes, 1), bytes: field.bytes });
        break;
      default:
        rest.push(field.raw);
    }
  }
  return { opType: texts[4], domain: texts[7], name: texts[3], inputs, outputs, attributes, rest };
}

/** Reads the head of TensorProto. */
export function readInitializer(bytes: Uint8Array): Initializer {
  const dims: number[] = [];
  let type = 0;
  let name = '';
  for (const field of readFields(bytes)) {
    if (field.number === 1) {
      dims.push(...readInts(field));
    } else if (field.number === 2) {
      type = toSigned(field.value);
    } else if (field.number === 8) {
      name = toText(field.bytes);
    }
  }
  return { name, type, dims, bytes };
}

function readValue(bytes: Uint8Array): GraphValue {
  const tensorType = findMessage(findMessage(bytes, 2), 1);
  if (!tensorType) {
    return { name: readName(bytes, 1), type: undefined, dims: undefined, bytes };
  }
  let type = 0;
  let dims: (number | string)[] | undefined;
  for (const field of readFields(tensorType)) {
    if (field.number === 1) {
      type = toSigned(field.value);
    } else if (field.number === 2) {
      dims = [...readFields(field.bytes)].filter(({ number }) => number === 1).map((dim) => readDimension(dim.bytes));
    }
  }
  return { name: readName(bytes, 1), type, dims, bytes };
}

function readDimension(bytes: Uint8Array): number | string {
  for (const field of readFields(bytes)) {
    if (field.number === 1) {
      return toSigned(field.value);
    }
    if (field.number === 2) {
      return toText(field.bytes);
    }
  }
  return '';
}

function readName(bytes: Uint8Array, number: number): string {
  const name = findMessage(bytes, number);
  return name ? toText(name) : '';
}

function findMessage(bytes: Uint8Array | undefined, number: number): Uint8Array | undefined {
  if (bytes) {
    for (const field of readFields(bytes)) {
      if (field.number === number && field.type === 2) {
        return field.bytes;
      }
    }
  }
  return undefined;
}
