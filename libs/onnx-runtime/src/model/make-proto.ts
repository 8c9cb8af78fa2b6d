import { elementTypes } from '../tensor-types.js';
import type { Tensor } from '../onnx-runtime.js';
import type { Attribute, GraphValue, Initializer, Node } from './onnx-model.js';
import { WireWriter } from './wire.js';

export interface NodeOptions {
  /** `''` (the standard operators) when absent; `com.microsoft` for ONNX Runtime's own. */
  readonly domain?: string | undefined;
  readonly attributes?: Readonly<Record<string, AttributeValue>> | undefined;
}

/** Attribute values by shape: a bigint or list of bigints is int, a number or list of numbers is float. */
export type AttributeValue = bigint | number | string | readonly bigint[] | readonly number[] | Tensor;

/** A new node; its first output and its kind name it. */
export function makeNode(
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { domain = '', attributes = {} }: NodeOptions = {},
): Node {
  return {
    opType,
    domain,
    name: `${outputs[0]}:${opType}`,
    inputs,
    outputs,
    attributes: Object.entries(attributes).map(([name, value]) => makeAttribute(name, value)),
    rest: [],
  };
}

/** AttributeProto; field and type numbers from onnx.proto. */
export function makeAttribute(name: string, value: AttributeValue): Attribute {
  const writer = new WireWriter().text(1, name);
  if (typeof value === 'bigint') {
    writer.int(3, value).int(20, 2);
  } else if (typeof value === 'number') {
    writer.float(2, value).int(20, 1);
  } else if (typeof value === 'string') {
    writer.text(4, value).int(20, 3);
  } else if ('data' in value) {
    writer.bytes(5, makeInitializer('', value).bytes).int(20, 4);
  } else {
    const integers = value.every((item) => typeof item === 'bigint');
    for (const item of value) {
      if (typeof item === 'bigint') {
        writer.int(8, item);
      } else {
        writer.float(7, item);
      }
    }
    writer.int(20, integers ? 7 : 6);
  }
  return { name, bytes: writer.finish() };
}

/** TensorProto with `raw_data` (little-endian; Node runs on no other order). */
export function makeInitializer(name: string, { type, dims, data }: Tensor): Initializer {
  const { code } = elementTypes[type];
  const writer = new WireWriter();
  for (const size of dims) {
    writer.int(1, size);
  }
  writer.int(2, code).text(8, name);
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { name, type: code, dims, bytes: writer.finish() };
}

/** ValueInfoProto of a tensor. `type` is a TensorProto.DataType. */
export function makeValue(name: string, type: number, dims: readonly (number | string)[]): GraphValue {
  const shape = new WireWriter();
  for (const size of dims) {
    shape.message(1, typeof size === 'number' ? new WireWriter().int(1, size) : new WireWriter().text(2, size));
  }
  const tensorType = new WireWriter().int(1, type).message(2, shape);
  const bytes = new WireWriter().text(1, name).message(2, new WireWriter().message(1, tensorType)).finish();
  return { name, type, dims, bytes };
}
