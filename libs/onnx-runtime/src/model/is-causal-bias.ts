import type { GraphIndex } from './graph-index.js';
import { dataTypes, type Node } from './onnx-model.js';
import { readTensorAttribute } from './read-attribute.js';
import { readScalarTensor } from './read-scalar.js';

/** What exports build a causal mask of. CumSum (ALiBi), Gather from a learnt table or a product with slopes are not in a plain one. */
const maskOperators = new Set(
  (
    'Add And Cast Concat Constant ConstantOfShape Equal Expand Gather Greater GreaterOrEqual Identity Less LessOrEqual Max Min Mul Neg Not ' +
    'Or Range Reshape ScatterND Shape Slice Squeeze Sub Transpose Trilu Unsqueeze Where'
  ).split(' '),
);

/** One of these decides what lies ahead; without any, every position sees every other. */
const comparisons = new Set(['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Trilu']);

/** Axes, sizes and ends of slices; a window or a bucket count lies between the two. */
const SMALLEST_WINDOW = 5;
const LARGEST_WINDOW = 2 ** 31 - 2;

/**
 * Whether a bias on attention scores is made of the attention mask and of comparing places, and of nothing else: no learnt or sloped numbers,
 * no integer that could be a sliding window, no token ids. Everything else must be computed as the graph says.
 */
export function isCausalBias(index: GraphIndex, bias: string): boolean {
  const seen = new Set<string>();
  const pending = [bias];
  let readsMask = false;
  let compares = false;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || seen.has(name)) {
      continue;
    }
    seen.add(name);
    if (index.inputOf(name)) {
      if (name !== 'attention_mask') {
        return false;
      }
      readsMask = true;
      continue;
    }
    const tensor = index.initializerOf(name);
    const node = index.producerOf(name);
    if (tensor ? !isPlainConstant(tensor) : !node || !isPlainNode(node)) {
      return false;
    }
    compares ||= node !== undefined && comparisons.has(node.opType);
    if (node && node.opType !== 'Shape') {
      pending.push(...node.inputs);
    } else if (node) {
      // Only the sizes of what lies behind a Shape count, not its numbers.
      readsMask ||= node.inputs[0] === 'attention_mask';
    }
  }
  return readsMask && compares;
}

function isPlainNode(node: Node): boolean {
  if (!maskOperators.has(node.opType)) {
    return false;
  }
  const tensor = readTensorAttribute(node, 'value');
  return !tensor || isPlainConstant(tensor);
}

function isPlainConstant(tensor: Parameters<typeof readScalarTensor>[0]): boolean {
  const isFloat = tensor.type === dataTypes.float32 || tensor.type === dataTypes.float16;
  const value = readScalarTensor(tensor);
  if (isFloat) {
    return value !== undefined;
  }
  // Lists of integers are axes and shapes; a lone one could be a window.
  return value === undefined || !(Math.abs(value) >= SMALLEST_WINDOW && Math.abs(value) <= LARGEST_WINDOW);
}
