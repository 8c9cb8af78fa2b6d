import { type ConcatCache, findConcatCaches } from './find-concat-caches.js';
import { GraphIndex } from './graph-index.js';
import { isCausalBias } from './is-causal-bias.js';
import { makeInitializer, makeNode } from './make-proto.js';
import { type ConcatAttention, matchAttention } from './match-attention.js';
import { dataTypes, standardOpset, type Graph, type Initializer, type Node, type OnnxModel } from './onnx-model.js';
import { removeDeadNodes } from './remove-dead-nodes.js';

const LENGTHS = 'fused/last_positions';
const TOTAL = 'fused/total_length';
/** First opset in which ReduceSum and Unsqueeze take their axes as an input. */
const OLDEST_OPSET = 13;

/**
 * Replaces the attention of a Concat-cache decoder by GroupQueryAttention, so that the cache can be written in place and rows of different
 * lengths run as one batch. Afterwards `attention_mask` must be ones followed by zeros (right padding), as in a model exported that way.
 *
 * @param heads query heads; needed when the graph repeats key-value heads
 * @returns undefined when any layer does something else than plain causal attention
 */
export function fuseAttention(model: OnnxModel, heads: number | undefined): OnnxModel | undefined {
  const { graph, opsets } = model;
  const index = new GraphIndex(graph);
  const layers = findLayers(graph, index);
  if (standardOpset(model) < OLDEST_OPSET || !layers || index.inputOf('attention_mask')?.type !== dataTypes.int64) {
    return undefined;
  }
  const queryHeads = heads ?? (layers.some(({ repeats }) => repeats) ? undefined : layers[0]?.key.kvHeads);
  if (queryHeads === undefined || layers.some((layer) => !fits(layer, queryHeads))) {
    return undefined;
  }
  const replaced = new Set(layers.flatMap(({ key, value, output }) => [key.present, value.present, output]));
  const constants = layers.flatMap((layer) => shapes(layer, queryHeads));
  const fused = removeDeadNodes({
    ...graph,
    nodes: [
      ...graph.nodes.filter(({ outputs }) => !outputs.some((name) => replaced.has(name))),
      ...lengthNodes(),
      ...layers.flatMap((layer) => attentionNodes(layer, queryHeads)),
    ],
    initializers: [...graph.initializers, ...lengthConstants(), ...uniqueByName(constants)],
    valueTypes: [],
  });
  if (!readsCachesOnlyInAttention(fused, layers)) {
    return undefined;
  }
  const withDomain = opsets.some(({ domain }) => domain === 'com.microsoft');
  return { ...model, opsets: withDomain ? opsets : [...opsets, { domain: 'com.microsoft', version: 1 }], graph: fused };
}

function findLayers(graph: Graph, index: GraphIndex): ConcatAttention[] | undefined {
  const caches = findConcatCaches(graph, index);
  const layers: ConcatAttention[] = [];
  for (const key of caches?.filter(({ kind }) => kind === 'key') ?? []) {
    const value = caches?.find((cache) => cache.layer === key.layer && cache.kind === 'value');
    const layer = value && isPair(key, value) ? matchAttention(index, key, value) : undefined;
    if (!layer || !isCausalBias(index, layer.bias)) {
      return undefined;
    }
    layers.push(layer);
  }
  return layers.length * 2 === caches?.length ? layers : undefined;
}

function fits({ key, repeats }: ConcatAttention, heads: number): boolean {
  return repeats ? heads % key.kvHeads === 0 : heads === key.kvHeads;
}

function isPair(key: ConcatCache, value: ConcatCache): boolean {
  return key.kvHeads === value.kvHeads && key.headDim === value.headDim && key.past.type === value.past.type;
}

/** In place, a cache is longer than what it holds: nothing may look at its size any more. */
function readsCachesOnlyInAttention(graph: Graph, layers: readonly ConcatAttention[]): boolean {
  const index = new GraphIndex(graph);
  return layers
    .flatMap(({ key, value }) => [key, value])
    .every(
      ({ past, present }) =>
        index.consumersOf(present).length === 0 &&
        index.consumersOf(past.name).every(({ opType }) => opType === 'GroupQueryAttention'),
    );
}

/** Valid positions after this step minus one, per row, and the width of the mask: what GroupQueryAttention calls seqlens_k and total. */
function lengthNodes(): Node[] {
  return [
    makeNode('ReduceSum', ['attention_mask', 'fused/one'], ['fused/lengths'], { attributes: { keepdims: 0n } }),
    makeNode('Sub', ['fused/lengths', 'fused/one'], ['fused/last_positions_64']),
    makeNode('Cast', ['fused/last_positions_64'], [LENGTHS], { attributes: { to: BigInt(dataTypes.int32) } }),
    makeNode('Shape', ['attention_mask'], ['fused/mask_shape']),
    makeNode('Gather', ['fused/mask_shape', 'fused/one_scalar'], ['fused/total_length_64']),
    makeNode('Cast', ['fused/total_length_64'], [TOTAL], { attributes: { to: BigInt(dataTypes.int32) } }),
  ];
}

function lengthConstants(): Initializer[] {
  return [
    makeInitializer('fused/one', { type: 'int64', dims: [1], data: BigInt64Array.of(1n) }),
    makeInitializer('fused/one_scalar', { type: 'int64', dims: [], data: BigInt64Array.of(1n) }),
  ];
}

function attentionNodes({ key, value, query, scale, output }: ConcatAttention, heads: number): Node[] {
  const prefix = `fused/${key.layer}`;
  const attended = `${prefix}/attended`;
  const byHead = `${prefix}/by_head`;
  return [
    ...flatten(query, `${prefix}/query`, heads * key.headDim),
    ...flatten(key.rows, `${prefix}/key`, key.kvHeads * key.headDim),
    ...flatten(value.rows, `${prefix}/value`, value.kvHeads * value.headDim),
    makeNode(
      'GroupQueryAttention',
      [`${prefix}/query`, `${prefix}/key`, `${prefix}/value`, key.past.name, value.past.name, LENGTHS, TOTAL],
      [attended, key.present, value.present],
      { domain: 'com.microsoft', attributes: { num_heads: BigInt(heads), kv_num_heads: BigInt(key.kvHeads), scale } },
    ),
    makeNode('Reshape', [attended, splitShape(heads, key.headDim)], [byHead]),
    makeNode('Transpose', [byHead], [output], { attributes: { perm: [0n, 2n, 1n, 3n] } }),
  ];
}

/** [batch, heads, sequence, headDim] → [batch, sequence, heads · headDim]. */
function flatten(from: string, to: string, width: number): Node[] {
  const turned = `${to}/turned`;
  return [
    makeNode('Transpose', [from], [turned], { attributes: { perm: [0n, 2n, 1n, 3n] } }),
    makeNode('Reshape', [turned, flatShape(width)], [to]),
  ];
}

function shapes({ key }: ConcatAttention, heads: number): Initializer[] {
  const list = (name: string, ...sizes: readonly number[]): Initializer =>
    makeInitializer(name, { type: 'int64', dims: [sizes.length], data: BigInt64Array.from(sizes, BigInt) });
  const widths = [heads * key.headDim, key.kvHeads * key.headDim];
  return [
    list(splitShape(heads, key.headDim), 0, 0, heads, key.headDim),
    ...widths.map((width) => list(flatShape(width), 0, 0, width)),
  ];
}

function flatShape(width: number): string {
  return `fused/shape_${width}`;
}

function splitShape(heads: number, headDim: number): string {
  return `fused/shape_${heads}_${headDim}`;
}

function uniqueByName(initializers: readonly Initializer[]): Initializer[] {
  return [...new Map(initializers.map((initializer) => [initializer.name, initializer])).values()];
}
