import type { GraphIndex } from './graph-index.js';
import type { Graph, GraphValue, Node } from './onnx-model.js';
import { readIntAttribute } from './read-attribute.js';

/** One past input of a layer that grows by Concat: `present` = `past` followed by the rows of this step. */
export interface ConcatCache {
  readonly layer: number;
  readonly kind: 'key' | 'value';
  /** [batch, kvHeads, past, headDim] */
  readonly past: GraphValue;
  /** Name of the value with this step's rows, [batch, kvHeads, sequence, headDim]. */
  readonly rows: string;
  /** Name of the Concat's result, which is also the graph output. */
  readonly present: string;
  readonly concat: Node;
  readonly kvHeads: number;
  readonly headDim: number;
}

const PAST = /^past_key_values\.(\d+)\.(key|value)$/;

/** The caches of a graph whose every past input feeds one Concat that is the present output; undefined when one does not, or there is none. */
export function findConcatCaches(graph: Graph, index: GraphIndex): ConcatCache[] | undefined {
  const caches: ConcatCache[] = [];
  for (const past of graph.inputs) {
    const [, layer, kind] = PAST.exec(past.name) ?? [];
    if (layer === undefined) {
      continue;
    }
    const [, kvHeads, , headDim] = past.dims ?? [];
    const concat = index.consumersOf(past.name).find(({ opType }) => opType === 'Concat');
    const [present] = concat?.outputs ?? [];
    const isOutput = present !== undefined && index.outputOf(present) !== undefined;
    if (!concat || !isOutput || !isGrowth(concat, past.name)) {
      return undefined;
    }
    if (typeof kvHeads !== 'number' || typeof headDim !== 'number' || past.dims?.length !== 4) {
      return undefined;
    }
    caches.push({
      layer: Number(layer),
      kind: kind as 'key' | 'value',
      past,
      rows: concat.inputs[1] ?? '',
      present,
      concat,
      kvHeads,
      headDim,
    });
  }
  return caches.length > 0 ? caches : undefined;
}

/** Past first, then the new rows, along the third of four axes. */
function isGrowth(concat: Node, past: string): boolean {
  const axis = readIntAttribute(concat, 'axis');
  return concat.inputs.length === 2 && concat.inputs[0] === past && (axis === 2 || axis === -2);
}
