import { GraphIndex } from './graph-index.js';
import { makeNode, makeValue } from './make-proto.js';
import { dataTypes, standardOpset, type Graph, type Node, type OnnxModel } from './onnx-model.js';
import { readScalar } from './read-scalar.js';
import { renameProduced } from './rename-produced.js';

/** The new input: int64 [batch, kept, 1], for each row the places in this step's sequence whose logits are wanted; kept may be 0. */
export const LOGITS_POSITIONS = 'logits_positions';

const KEPT = 'kept_positions';
/** First opset whose GatherND knows batches. */
const OLDEST_OPSET = 12;

/**
 * Computes logits only where they are asked for: picks rows of the hidden state before the head, so that the rest of a prompt costs no
 * vocabulary-sized product. Where no head is found the logits themselves are picked: same result, less gain.
 * Undefined when the model has no `logits` of rank 3, or is older than opset 12.
 */
export function keepLogitsPositions(model: OnnxModel): OnnxModel | undefined {
  const logits = model.graph.outputs.find(({ name }) => name === 'logits');
  if (standardOpset(model) < OLDEST_OPSET) {
    return undefined;
  }
  if (logits?.type === undefined || logits.dims?.length !== 3 || !makes(model.graph, 'logits')) {
    return undefined;
  }
  const [batch = '', , vocabulary = ''] = logits.dims;
  const graph = pickRows(model.graph);
  return {
    ...model,
    graph: {
      ...graph,
      inputs: [...graph.inputs, makeValue(LOGITS_POSITIONS, dataTypes.int64, [batch, KEPT, 1])],
      outputs: graph.outputs.map((output) =>
        output === logits ? makeValue('logits', logits.type ?? dataTypes.float32, [batch, KEPT, vocabulary]) : output,
      ),
      // Types of values behind the pick would be wrong now.
      valueTypes: [],
    },
  };
}

function pickRows(graph: Graph): Graph {
  const head = findHead(new GraphIndex(graph));
  if (!head) {
    const all = 'logits/all';
    const renamed = renameProduced(graph, 'logits', all);
    return { ...renamed, nodes: [...renamed.nodes, makePick(all, 'logits')] };
  }
  const [hidden = '', ...others] = head.inputs;
  const kept = `${hidden}/kept`;
  const nodes = graph.nodes.map((node) => (node === head ? { ...node, inputs: [kept, ...others] } : node));
  return { ...graph, nodes: [...nodes, makePick(hidden, kept)] };
}

function makePick(from: string, to: string): Node {
  return makeNode('GatherND', [from, LOGITS_POSITIONS], [to], { attributes: { batch_dims: 1n } });
}

/** The product with the vocabulary, behind nothing but casts, caps and scalings (which no position shares with another). */
function findHead(index: GraphIndex): Node | undefined {
  let name = 'logits';
  for (;;) {
    const node = index.producerOf(name);
    const isRead =
      index.consumersOf(name).length > (name === 'logits' ? 0 : 1) || (name !== 'logits' && index.outputOf(name));
    if (!node || isRead) {
      return undefined;
    }
    const [left = '', right = ''] = node.inputs;
    switch (node.opType) {
      case 'MatMul':
      case 'MatMulNBits':
        return node;
      case 'Cast':
      case 'Identity':
      case 'Tanh':
        name = left;
        break;
      case 'Mul':
      case 'Div':
        if (readScalar(index, right) === undefined) {
          return undefined;
        }
        name = left;
        break;
      case 'Add':
        if (index.initializerOf(right)?.dims.length !== 1) {
          return undefined;
        }
        name = left;
        break;
      default:
        return undefined;
    }
  }
}

function makes(graph: Graph, name: string): boolean {
  return graph.nodes.some(({ outputs }) => outputs.includes(name));
}
