import { findConcatCaches } from './find-concat-caches.js';
import { GraphIndex } from './graph-index.js';
import { makeNode, makeValue } from './make-proto.js';
import type { OnnxModel } from './onnx-model.js';
import { renameProduced } from './rename-produced.js';

/**
 * Makes a Concat-cache decoder give only this step's rows as `present.*` [batch, kvHeads, sequence, headDim], for a caller that keeps the cache
 * itself: padded to one width, with zeros in `attention_mask` over the holes and `position_ids` of its own.
 * Undefined when the model is not of that kind, or takes no `position_ids`.
 */
export function outputNewRows(model: OnnxModel): OnnxModel | undefined {
  const index = new GraphIndex(model.graph);
  const caches = findConcatCaches(model.graph, index);
  if (!caches || !index.inputOf('position_ids') || !index.inputOf('attention_mask')) {
    return undefined;
  }
  const graph = caches.reduce(
    (current, { present }) => renameProduced(current, present, `${present}/all`),
    model.graph,
  );
  const byName = new Map(caches.map((cache) => [cache.present, cache]));
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...caches.map(({ rows, present }) => makeNode('Identity', [rows], [present]))],
      outputs: graph.outputs.map((output) => {
        const cache = byName.get(output.name);
        return cache && output.type !== undefined
          ? makeValue(output.name, output.type, [
              cache.past.dims?.[0] ?? 'batch_size',
              cache.kvHeads,
              'sequence_length',
              cache.headDim,
            ])
          : output;
      }),
      valueTypes: [],
    },
  };
}
