import type { Graph, GraphValue, Initializer, Node } from './onnx-model.js';
import { readSubgraphs } from './read-attribute.js';
import { readGraph } from './read-model.js';

/** Who makes and who reads each value of a graph. Holds for the graph it was made of; an edited one needs its own. */
export class GraphIndex {
  private readonly producers = new Map<string, Node>();
  private readonly consumers = new Map<string, Node[]>();
  private readonly initializers: ReadonlyMap<string, Initializer>;
  private readonly inputs: ReadonlyMap<string, GraphValue>;
  private readonly outputs: ReadonlyMap<string, GraphValue>;

  constructor(graph: Graph) {
    this.initializers = byName(graph.initializers);
    this.inputs = byName(graph.inputs);
    this.outputs = byName(graph.outputs);
    for (const node of graph.nodes) {
      for (const output of node.outputs) {
        this.producers.set(output, node);
      }
      for (const name of readNames(node)) {
        const nodes = this.consumers.get(name);
        if (nodes) {
          nodes.push(node);
        } else {
          this.consumers.set(name, [node]);
        }
      }
    }
  }

  producerOf(name: string): Node | undefined {
    return this.producers.get(name);
  }

  /** Every node that reads the value, once, also from inside a body it carries. */
  consumersOf(name: string): readonly Node[] {
    return this.consumers.get(name) ?? [];
  }

  initializerOf(name: string): Initializer | undefined {
    return this.initializers.get(name);
  }

  inputOf(name: string): GraphValue | undefined {
    return this.inputs.get(name);
  }

  outputOf(name: string): GraphValue | undefined {
    return this.outputs.get(name);
  }
}

/** Names a node reads, each once: its inputs, and what the bodies it carries (If, Loop, Scan) take from outside. */
export function readNames(node: Node): Set<string> {
  const names = new Set(node.inputs);
  for (const body of readSubgraphs(node)) {
    const { nodes, outputs } = readGraph([body]);
    for (const name of [...nodes.flatMap((inner) => [...readNames(inner)]), ...outputs.map((output) => output.name)]) {
      names.add(name);
    }
  }
  names.delete('');
  return names;
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}
