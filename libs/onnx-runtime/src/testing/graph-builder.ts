import { makeInitializer, makeNode, makeValue, type NodeOptions } from '../model/make-proto.js';
import { type GraphValue, type Initializer, type Node, dataTypes } from '../model/onnx-model.js';
import { WireWriter } from '../model/wire.js';
import { writeModel } from '../model/write-model.js';
import type { Tensor, TensorType } from '../onnx-runtime.js';

const IR_VERSION = 8;
const OPSET = 17;

/** Writes an ONNX graph node by node. Every `add` gives the name of the new value. */
export class GraphBuilder {
  private readonly nodes: Node[] = [];
  private readonly initializers = new Map<string, Initializer>();
  private readonly inputs: GraphValue[] = [];
  private readonly outputs: GraphValue[] = [];

  input(name: string, type: TensorType, dims: readonly (number | string)[]): string {
    this.inputs.push(makeValue(name, dataTypes[type], dims));
    return name;
  }

  output(name: string, type: TensorType, dims: readonly (number | string)[]): string {
    this.outputs.push(makeValue(name, dataTypes[type], dims));
    return name;
  }

  /** A node with one output, named `output` or after its place. */
  add(opType: string, inputs: readonly string[], options: NodeOptions & { readonly output?: string } = {}): string {
    const output = options.output ?? `${opType}_${this.nodes.length}`;
    this.nodes.push(makeNode(opType, inputs, [output], options));
    return output;
  }

  addNode(node: Node): void {
    this.nodes.push(node);
  }

  weight(name: string, dims: readonly number[], data: Float32Array): string {
    return this.constant(name, { type: 'float32', dims, data });
  }

  constant(name: string, tensor: Tensor): string {
    this.initializers.set(name, makeInitializer(name, tensor));
    return name;
  }

  /** A float32 scalar. */
  scalar(value: number): string {
    return this.weight(`float_${value}`, [], Float32Array.of(value));
  }

  /** A list of int64. */
  ints(...values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(`ints_${values.join('_')}`, { type: 'int64', dims: [values.length], data });
  }

  /** An int64 scalar. */
  int(value: number): string {
    return this.constant(`int_${value}`, { type: 'int64', dims: [], data: BigInt64Array.of(BigInt(value)) });
  }

  finish(): Uint8Array {
    return writeModel({
      opsets: [
        { domain: '', version: OPSET },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph: {
        nodes: this.nodes,
        initializers: [...this.initializers.values()],
        inputs: this.inputs,
        outputs: this.outputs,
        valueTypes: [],
        rest: [new WireWriter().text(2, 'decoder').finish()],
      },
      rest: [new WireWriter().int(1, IR_VERSION).text(2, 'aerie').finish()],
    });
  }
}
