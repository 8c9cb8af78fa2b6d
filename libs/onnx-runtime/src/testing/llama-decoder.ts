import type { DecoderShape } from './decoder-options.js';
import type { GraphBuilder } from './graph-builder.js';
import { RandomWeights } from './random-weights.js';

const EPSILON = 1e-5;

export interface Projections {
  /** [batch, sequence, heads · headDim], before the rotary embedding. */
  readonly query: string;
  /** [batch, sequence, kvHeads · headDim], before the rotary embedding. */
  readonly key: string;
  /** [batch, sequence, kvHeads · headDim]. */
  readonly value: string;
}

/** Adds one layer's attention with its KV cache; gives [batch, sequence, heads · headDim]. */
export type Attention = (projections: Projections, layer: number) => string;

/**
 * Adds a decoder of `shape`: embedding, layers of pre-norm attention and SwiGLU, final norm and head, from `input_ids` to `logits`
 * [batch, sequence, vocabulary]. The weights depend on the shape and its seed alone, so that all layouts compute the same function.
 */
export function addLlamaDecoder(graph: GraphBuilder, shape: DecoderShape, attention: Attention): void {
  const { vocabularySize, layers, heads, kvHeads, headDim, hiddenSize, ffnSize } = shape;
  const random = new RandomWeights(shape.seed);
  const matrix = (name: string, rows: number, columns: number, deviation = 1 / Math.sqrt(rows)): string =>
    graph.weight(name, [rows, columns], random.normal(rows * columns, deviation));
  const linear = (input: string, name: string, rows: number, columns: number): string =>
    graph.add('MatMul', [input, matrix(name, rows, columns)]);
  const norm = (input: string, name: string): string => {
    const gains = random.normal(hiddenSize, 0.1).map((gain) => 1 + gain);
    const variance = graph.add('ReduceMean', [graph.add('Mul', [input, input])], { attributes: { axes: [-1n] } });
    const deviation = graph.add('Sqrt', [graph.add('Add', [variance, graph.scalar(EPSILON)])]);
    return graph.add('Mul', [graph.add('Div', [input, deviation]), graph.weight(name, [hiddenSize], gains)]);
  };

  const inputIds = graph.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const embedding = matrix('model.embed_tokens.weight', vocabularySize, hiddenSize, 1);
  graph.output('logits', 'float32', ['batch_size', 'sequence_length', vocabularySize]);
  let hidden = graph.add('Gather', [embedding, inputIds]);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const normed = norm(hidden, `${prefix}.input_layernorm.weight`);
    const attended = attention(
      {
        query: linear(normed, `${prefix}.q_proj.weight`, hiddenSize, heads * headDim),
        key: linear(normed, `${prefix}.k_proj.weight`, hiddenSize, kvHeads * headDim),
        value: linear(normed, `${prefix}.v_proj.weight`, hiddenSize, kvHeads * headDim),
      },
      layer,
    );
    hidden = graph.add('Add', [hidden, linear(attended, `${prefix}.o_proj.weight`, heads * headDim, hiddenSize)]);
    const inner = norm(hidden, `${prefix}.post_attention_layernorm.weight`);
    const gate = linear(inner, `${prefix}.gate_proj.weight`, hiddenSize, ffnSize);
    const activated = graph.add('Mul', [gate, graph.add('Sigmoid', [gate])]);
    const wide = graph.add('Mul', [activated, linear(inner, `${prefix}.up_proj.weight`, hiddenSize, ffnSize)]);
    hidden = graph.add('Add', [hidden, linear(wide, `${prefix}.down_proj.weight`, ffnSize, hiddenSize)]);
  }
  const head = matrix('lm_head.weight', hiddenSize, vocabularySize, 3 / Math.sqrt(hiddenSize));
  graph.add('MatMul', [norm(hidden, 'model.norm.weight'), head], { output: 'logits' });
}

/** Cosines and sines of the rotary embedding, [positions, headDim / 2]. */
export function rotaryTables({ maxPositions, headDim, ropeTheta }: DecoderShape): {
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
} {
  const half = headDim / 2;
  const angle = (index: number): number => Math.floor(index / half) / ropeTheta ** ((2 * (index % half)) / headDim);
  const length = maxPositions * half;
  return {
    cosines: Float32Array.from({ length }, (_, index) => Math.cos(angle(index))),
    sines: Float32Array.from({ length }, (_, index) => Math.sin(angle(index))),
  };
}
