import { GraphIndex, readNames } from './graph-index.js';
import type { Graph } from './onnx-model.js';

/** Drops nodes and initializers no output needs. Inputs stay: they are the graph's interface. */
export function removeDeadNodes(graph: Graph): Graph {
  const index = new GraphIndex(graph);
  const needed = new Set<string>();
  const pending = graph.outputs.map(({ name }) => name);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (needed.has(name)) {
      continue;
    }
    needed.add(name);
    const producer = index.producerOf(name);
    if (producer) {
      pending.push(...readNames(producer));
    }
  }
  return {
    ...graph,
    nodes: graph.nodes.filter(({ outputs }) => outputs.some((name) => needed.has(name))),
    initializers: graph.initializers.filter(({ name }) => needed.has(name)),
  };
}
