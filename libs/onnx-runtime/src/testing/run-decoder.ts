import type { OnnxSession, Tensor, TensorType } from '../onnx-runtime.js';
import { createTensorData } from '../tensor-types.js';

export interface DecoderStep {
  /** Token ids, one row per sequence of the batch, all of one length. */
  readonly tokens: readonly (readonly number[])[];
  /** Valid positions before this step, per row. */
  readonly past: readonly number[];
  /** Named cache tensors, `past_key_values.N.key|value`, [batch, kvHeads, rows, headDim]. */
  readonly cache: Readonly<Record<string, Tensor>>;
  /** Where the new cache goes, by the name of the past tensor. Absent: into tensors of their own, past and new rows. */
  readonly present?: Readonly<Record<string, Tensor>> | undefined;
  /** Positions whose logits are wanted, per row; only for a model that has the input. */
  readonly kept?: readonly (readonly number[])[] | undefined;
}

export interface DecoderStepResult {
  /** [batch, positions, vocabulary], row-major. */
  readonly logits: Float32Array;
  readonly cache: Readonly<Record<string, Tensor>>;
}

/** One step of a decoder made by the builders here, whichever its layout: makes masks and positions as the model's inputs ask for. */
export async function runDecoder(session: OnnxSession, step: DecoderStep): Promise<DecoderStepResult> {
  const { tokens, past, cache, kept } = step;
  const sequence = tokens[0]?.length ?? 0;
  const totals = past.map((length) => length + sequence);
  const width = Math.max(...totals);
  const all: Record<string, Tensor> = {
    input_ids: toInts(tokens),
    attention_mask: toInts(totals.map((total) => Array.from({ length: width }, (_, index) => Number(index < total)))),
    position_ids: toInts(past.map((length) => Array.from({ length: sequence }, (_, index) => length + index))),
    ...cache,
  };
  if (kept) {
    const positions = toInts(kept);
    all.logits_positions = { ...positions, dims: [...positions.dims, 1] };
  }
  const inputs = Object.fromEntries(session.inputs.flatMap(({ name }) => (all[name] ? [[name, all[name]]] : [])));
  const vocabulary = Number(session.outputs.find(({ name }) => name === 'logits')?.dims[2]);
  const positions = kept?.[0]?.length ?? sequence;
  const logits = new Float32Array(tokens.length * positions * vocabulary);
  const present =
    step.present ??
    Object.fromEntries(Object.entries(cache).map(([name, tensor]) => [name, grown(tensor, sequence)] as const));
  await session.run(inputs, {
    logits: { type: 'float32', dims: [tokens.length, positions, vocabulary], data: logits },
    ...Object.fromEntries(
      Object.entries(present).map(([name, tensor]) => [name.replace('past_key_values', 'present'), tensor] as const),
    ),
  });
  return { logits, cache: present };
}

/** A cache of `rows` positions for every past input of the model. */
export function createCache(session: OnnxSession, batch: number, rows: number): Record<string, Tensor> {
  return Object.fromEntries(
    session.inputs
      .filter(({ name }) => name.startsWith('past_key_values.'))
      .map(({ name, type, dims }) => [name, zeros(type, [batch, Number(dims[1]), rows, Number(dims[3])])] as const),
  );
}

/** Rows `from` to `to` of the batch, over the same memory. */
export function sliceBatch(cache: Readonly<Record<string, Tensor>>, from: number, to: number): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(cache).map(([name, { type, dims, data }]) => {
      const [, ...rest] = dims;
      const size = rest.reduce((product, value) => product * value, 1);
      return [name, { type, dims: [to - from, ...rest], data: data.subarray(from * size, to * size) }] as const;
    }),
  );
}

export function maxDifference(left: ArrayLike<number>, right: ArrayLike<number>): number {
  return left.length === right.length
    ? Array.from(left).reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] ?? NaN))), 0)
    : NaN;
}

function grown({ type, dims }: Tensor, rows: number): Tensor {
  return zeros(type, [dims[0] ?? 0, dims[1] ?? 0, (dims[2] ?? 0) + rows, dims[3] ?? 0]);
}

function zeros(type: TensorType, dims: readonly number[]): Tensor {
  return {
    type,
    dims,
    data: createTensorData(
      type,
      dims.reduce((product, size) => product * size, 1),
    ),
  };
}

function toInts(rows: readonly (readonly number[])[]): Tensor {
  return {
    type: 'int64',
    dims: [rows.length, rows[0]?.length ?? 0],
    data: BigInt64Array.from(rows.flat(), BigInt),
  };
}
