import { type DecoderOptions, type DecoderShape, toDecoderShape } from './decoder-options.js';
import { GraphBuilder } from './graph-builder.js';
import { addLlamaDecoder, rotaryTables } from './llama-decoder.js';

/** The lowest float32: what exports add to a score that must not be seen. */
const LOWEST = -3.4028234663852886e38;

export interface ConcatKvDecoderOptions extends DecoderOptions {
  /** Where the scale is applied: to the scores (eager export), or its root to query and key, computed from the shape (SDPA export). */
  readonly scaling?: 'scores' | 'shape' | undefined;
}

/**
 * A random-weight decoder in the layout of optimum and transformers.js: explicit rotary embedding and causal mask, KV cache by Concat.
 *
 * Inputs `input_ids`, `position_ids` int64 [batch, sequence], `attention_mask` int64 [batch, past + sequence],
 * `past_key_values.N.key|value` float32 [batch, kvHeads, past, headDim]; outputs `logits`, `present.N.key|value` (past and new rows).
 */
export function buildConcatKvDecoder({ scaling = 'scores', ...options }: ConcatKvDecoderOptions = {}): Uint8Array {
  const shape = toDecoderShape(options);
  const { heads, kvHeads, headDim } = shape;
  const graph = new GraphBuilder();
  const bias = addCausalBias(graph);
  const rotate = addRotary(graph, shape);
  const toHeads = (input: string, count: number): string =>
    graph.add('Transpose', [graph.add('Reshape', [input, graph.ints(0, 0, count, headDim)])], {
      attributes: { perm: [0n, 2n, 1n, 3n] },
    });
  const withPast = (rows: string, layer: number, kind: string): string => {
    const past = graph.input(`past_key_values.${layer}.${kind}`, 'float32', [
      'batch_size',
      kvHeads,
      'past_sequence_length',
      headDim,
    ]);
    const present = graph.output(`present.${layer}.${kind}`, 'float32', [
      'batch_size',
      kvHeads,
      'total_sequence_length',
      headDim,
    ]);
    return graph.add('Concat', [past, rows], { output: present, attributes: { axis: -2n } });
  };

  addLlamaDecoder(graph, shape, ({ query, key, value }, layer) => {
    const keys = addRepeat(graph, shape, withPast(rotate(toHeads(key, kvHeads)), layer, 'key'));
    const values = addRepeat(graph, shape, withPast(toHeads(value, kvHeads), layer, 'value'));
    const scores = addScores(graph, { scaling, headDim, query: rotate(toHeads(query, heads)), keys });
    const weights = graph.add('Softmax', [graph.add('Add', [scores, bias])], { attributes: { axis: -1n } });
    const attended = graph.add('Transpose', [graph.add('MatMul', [weights, values])], {
      attributes: { perm: [0n, 2n, 1n, 3n] },
    });
    return graph.add('Reshape', [attended, graph.ints(0, 0, heads * headDim)]);
  });
  return graph.finish();
}

/** [batch, 1, sequence, total]: 0 where a position may be seen, the lowest number where it lies ahead or the mask hides it. */
function addCausalBias(graph: GraphBuilder): string {
  const mask = graph.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const total = graph.add('Gather', [graph.add('Shape', [mask]), graph.int(1)]);
  const sequence = graph.add('Gather', [graph.add('Shape', ['input_ids']), graph.int(1)]);
  const columns = graph.add('Range', [graph.int(0), total, graph.int(1)]);
  const rows = graph.add('Range', [graph.add('Sub', [total, sequence]), total, graph.int(1)]);
  const seen = graph.add('LessOrEqual', [columns, graph.add('Unsqueeze', [rows, graph.ints(1)])]);
  const shown = graph.add('Unsqueeze', [graph.add('Cast', [mask], { attributes: { to: 9n } }), graph.ints(1, 2)]);
  const allowed = graph.add('And', [shown, seen]);
  return graph.add('Where', [allowed, graph.scalar(0), graph.scalar(LOWEST)]);
}

/** Rotates the halves of each head by the angle of its position, as Llama does. */
function addRotary(graph: GraphBuilder, shape: DecoderShape): (heads: string) => string {
  const half = shape.headDim / 2;
  const positions = graph.input('position_ids', 'int64', ['batch_size', 'sequence_length']);
  const { cosines, sines } = rotaryTables(shape);
  const atPositions = (name: string, table: Float32Array): string => {
    const rows = graph.add('Gather', [graph.weight(name, [shape.maxPositions, half], table), positions]);
    const both = graph.add('Concat', [rows, rows], { attributes: { axis: -1n } });
    return graph.add('Unsqueeze', [both, graph.ints(1)]);
  };
  const cosine = atPositions('cos_cache', cosines);
  const sine = atPositions('sin_cache', sines);
  return (heads) => {
    const first = graph.add('Slice', [heads, graph.ints(0), graph.ints(half), graph.ints(3)]);
    const second = graph.add('Slice', [heads, graph.ints(half), graph.ints(shape.headDim), graph.ints(3)]);
    const turned = graph.add('Concat', [graph.add('Neg', [second]), first], { attributes: { axis: -1n } });
    return graph.add('Add', [graph.add('Mul', [heads, cosine]), graph.add('Mul', [turned, sine])]);
  };
}

/** Gives every query head its key-value head: [batch, kvHeads, total, headDim] → [batch, heads, total, headDim]. */
function addRepeat(graph: GraphBuilder, { heads, kvHeads, headDim }: DecoderShape, rows: string): string {
  if (heads === kvHeads) {
    return rows;
  }
  const expanded = graph.add('Expand', [
    graph.add('Unsqueeze', [rows, graph.ints(2)]),
    graph.ints(1, 1, heads / kvHeads, 1, 1),
  ]);
  return graph.add('Reshape', [expanded, graph.ints(0, heads, -1, headDim)]);
}

function addScores(
  graph: GraphBuilder,
  { scaling, headDim, query, keys }: { scaling: 'scores' | 'shape'; headDim: number; query: string; keys: string },
): string {
  const turned = graph.add('Transpose', [keys], { attributes: { perm: [0n, 1n, 3n, 2n] } });
  if (scaling === 'scores') {
    return graph.add('Div', [graph.add('MatMul', [query, turned]), graph.scalar(Math.sqrt(headDim))]);
  }
  const size = graph.add('Slice', [graph.add('Shape', [query]), graph.ints(-1), graph.ints(2 ** 40)]);
  const root = graph.add('Sqrt', [graph.add('Cast', [size], { attributes: { to: 1n } })]);
  const scale = graph.add('Sqrt', [graph.add('Div', [graph.scalar(1), root])]);
  return graph.add('MatMul', [graph.add('Mul', [query, scale]), graph.add('Mul', [turned, scale])]);
}
