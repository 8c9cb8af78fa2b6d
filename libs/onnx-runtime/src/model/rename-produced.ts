import type { Graph, Node } from './onnx-model.js';

/** Gives a value made by a node another name inside the graph, so that `name` is free for a new node; the graph's output list stays. */
export function renameProduced(graph: Graph, name: string, newName: string): Graph {
  const rename = (names: readonly string[]): readonly string[] =>
    names.includes(name) ? names.map((each) => (each === name ? newName : each)) : names;
  return {
    ...graph,
    nodes: graph.nodes.map((node): Node => ({
      ...node,
      inputs: rename(node.inputs),
      outputs: rename(node.outputs),
    })),
  };
}
