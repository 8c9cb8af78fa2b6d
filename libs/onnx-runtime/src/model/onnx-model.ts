/**
 * A typed view of onnx.proto (IR version 3 to 12) that keeps what it does not know: every `rest` holds the untouched fields of its message,
 * tensors stay bytes. Views are immutable; an edit makes a new one.
 */
export interface OnnxModel {
  readonly opsets: readonly Opset[];
  readonly graph: Graph;
  readonly rest: readonly Uint8Array[];
}

export interface Opset {
  /** `''` is the standard operators. */
  readonly domain: string;
  readonly version: number;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** Types of values inside the graph: a hint for readers, never needed by a runtime. */
  readonly valueTypes: readonly GraphValue[];
  readonly rest: readonly Uint8Array[];
}

export interface Node {
  readonly opType: string;
  readonly domain: string;
  readonly name: string;
  /** `''` stands for an optional input that is not given. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly Attribute[];
  readonly rest: readonly Uint8Array[];
}

export interface Attribute {
  readonly name: string;
  /** AttributeProto. */
  readonly bytes: Uint8Array;
}

export interface Initializer {
  readonly name: string;
  /** TensorProto.DataType */
  readonly type: number;
  readonly dims: readonly number[];
  /** TensorProto. */
  readonly bytes: Uint8Array;
}

export interface GraphValue {
  readonly name: string;
  /** TensorProto.DataType; undefined when the value is no tensor. */
  readonly type: number | undefined;
  /** Symbolic dimensions by name, unknown ones as `''`; undefined when the rank is unknown. */
  readonly dims: readonly (number | string)[] | undefined;
  /** ValueInfoProto. */
  readonly bytes: Uint8Array;
}

/** TensorProto.DataType, as far as the edits of this folder look at types. */
export const dataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
} as const;

/** Version of the standard operators a model uses; 0 when it names none. */
export function standardOpset({ opsets }: OnnxModel): number {
  return opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0;
}
