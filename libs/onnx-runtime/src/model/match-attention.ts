import type { ConcatCache } from './find-concat-caches.js';
import type { GraphIndex } from './graph-index.js';
import type { Node } from './onnx-model.js';
import { readIntAttribute, readIntsAttribute } from './read-attribute.js';
import { readScalar } from './read-scalar.js';

/** One layer's attention over a Concat cache, as far as GroupQueryAttention needs to know it. */
export interface ConcatAttention {
  readonly key: ConcatCache;
  readonly value: ConcatCache;
  /** [batch, heads, sequence, headDim], with the rotary embedding applied and without the scale. */
  readonly query: string;
  readonly scale: number;
  /** Added to the scores before the softmax. */
  readonly bias: string;
  /** [batch, heads, sequence, headDim]. */
  readonly output: string;
  /** Whether key and value heads are repeated for the query heads. */
  readonly repeats: boolean;
}

/** A value followed through nodes that do not matter, up to the first that does. */
interface Path {
  readonly name: string;
  readonly passed: readonly Node[];
  readonly end: Node | undefined;
}

/**
 * Recognises scores = scale · query · keysᵀ + bias → Softmax → · values, with keys and values straight from the caches (repeated for grouped
 * heads or not) and the scale anywhere before the softmax. Undefined when the graph does anything else on the way.
 */
export function matchAttention(index: GraphIndex, key: ConcatCache, value: ConcatCache): ConcatAttention | undefined {
  const keys = followRepeat(index, key.present);
  const values = followRepeat(index, value.present);
  if (!keys || !values || keys.repeats !== values.repeats) {
    return undefined;
  }
  const turned = descend(index, keys.name, (node) => isScaling(node) || node.opType === 'Transpose');
  const product = turned.end;
  const transposes = turned.passed.filter(({ opType }) => opType === 'Transpose');
  if (product?.opType !== 'MatMul' || product.inputs[1] !== turned.name || !swapsLastAxes(transposes)) {
    return undefined;
  }
  const query = climbScalings(index, product.inputs[0] ?? '', key.headDim);
  const scores = descend(index, product.outputs[0] ?? '', (node) => isScaling(node) || isCast(node));
  const weights = followSoftmax(index, scores);
  if (weights?.attended.inputs[1] !== values.name) {
    return undefined;
  }
  const lastDimension = (name: string): number | undefined => (query.scaled.has(name) ? key.headDim : undefined);
  const scalings = [...turned.passed, ...scores.passed].filter(isScaling);
  const scale = scalings.reduce<number | undefined>((total, node) => {
    const factor = factorOf(index, node, lastDimension);
    return total === undefined || factor === undefined ? undefined : total * factor;
  }, query.scale);
  if (scale === undefined || !Number.isFinite(scale)) {
    return undefined;
  }
  const output = weights.attended.outputs[0] ?? '';
  return { key, value, query: query.name, scale, bias: weights.bias, output, repeats: keys.repeats };
}

/** Nothing, or Unsqueeze(2) → Expand → Reshape, which repeats each head in place as GroupQueryAttention counts heads. */
function followRepeat(index: GraphIndex, name: string): { name: string; repeats: boolean } | undefined {
  const [first, ...others] = readersOf(index, name);
  if (!first || others.length > 0) {
    return undefined;
  }
  if (first.opType !== 'Unsqueeze') {
    return { name, repeats: false };
  }
  const axis = readIntsAttribute(first, 'axes')?.[0] ?? readScalar(index, first.inputs[1] ?? '');
  const [expand] = readersOf(index, first.outputs[0] ?? '');
  const [reshape] = readersOf(index, expand?.outputs[0] ?? '');
  return axis === 2 && expand?.opType === 'Expand' && reshape?.opType === 'Reshape'
    ? { name: reshape.outputs[0] ?? '', repeats: true }
    : undefined;
}

/** scores + bias → Softmax over the last axis → MatMul, with casts and a guard against NaN rows between. */
function followSoftmax(index: GraphIndex, scores: Path): { bias: string; attended: Node } | undefined {
  const add = scores.end;
  if (add?.opType !== 'Add') {
    return undefined;
  }
  const softmax = descend(index, add.outputs[0] ?? '', isCast).end;
  if (softmax?.opType !== 'Softmax' || ![-1, 3, undefined].includes(readIntAttribute(softmax, 'axis'))) {
    return undefined;
  }
  const weights = descend(index, skipNanGuard(index, softmax.outputs[0] ?? ''), isCast);
  if (weights.end?.opType !== 'MatMul' || weights.end.inputs[0] !== weights.name) {
    return undefined;
  }
  return { bias: add.inputs.find((name) => name !== scores.name) ?? '', attended: weights.end };
}

/** Where(IsNaN(x), 0, x), as the newest exporter writes; a row with nothing to see does not occur here. */
function skipNanGuard(index: GraphIndex, name: string): string {
  const readers = readersOf(index, name);
  const guard = readers.find(({ opType }) => opType === 'Where');
  const test = readers.find(({ opType }) => opType === 'IsNaN');
  const guards =
    guard && test && readers.length === 2 && guard.inputs[0] === test.outputs[0] && guard.inputs[2] === name;
  return guards ? (guard.outputs[0] ?? '') : name;
}

/** Walks from a product's operand up to the query, through factors. `scaled` are the values that were multiplied: all have the query's shape. */
function climbScalings(
  index: GraphIndex,
  start: string,
  headDim: number,
): { name: string; scale: number; scaled: ReadonlySet<string> } {
  const scaled = new Set([start]);
  let name = start;
  let scale = 1;
  for (;;) {
    const node = index.producerOf(name);
    const operand =
      node && isScaling(node)
        ? node.inputs.find((main) => {
            const other = otherInput(node, main);
            return readScalar(index, other, (shaped) => (shaped === main ? headDim : undefined)) !== undefined;
          })
        : undefined;
    const factor =
      node && operand !== undefined
        ? factorOf(index, node, (shaped) => (shaped === operand ? headDim : undefined), operand)
        : undefined;
    if (operand === undefined || factor === undefined) {
      return { name, scale, scaled };
    }
    scaled.add(operand);
    name = operand;
    scale *= factor;
  }
}

/** What a Mul or Div by a constant multiplies `main` (else its non-constant operand) with. */
function factorOf(
  index: GraphIndex,
  node: Node,
  lastDimension: (name: string) => number | undefined,
  main?: string,
): number | undefined {
  const [left = '', right = ''] = node.inputs;
  const value =
    main === undefined || main === left
      ? readScalar(index, right, lastDimension)
      : readScalar(index, left, lastDimension);
  if (node.opType === 'Div') {
    return value === undefined || main === right ? undefined : 1 / value;
  }
  return value ?? (main === undefined ? readScalar(index, left, lastDimension) : undefined);
}

function descend(index: GraphIndex, start: string, passes: (node: Node) => boolean): Path {
  const passed: Node[] = [];
  let name = start;
  for (;;) {
    const [node, ...others] = readersOf(index, name);
    if (!node || others.length > 0) {
      return { name, passed, end: undefined };
    }
    if (!passes(node)) {
      return { name, passed, end: node };
    }
    passed.push(node);
    name = node.outputs[0] ?? '';
  }
}

/** Nodes that read the elements of a value, not its shape alone. */
function readersOf(index: GraphIndex, name: string): readonly Node[] {
  return index.consumersOf(name).filter(({ opType }) => opType !== 'Shape');
}

function swapsLastAxes(transposes: readonly Node[]): boolean {
  const [transpose, ...others] = transposes;
  return transpose !== undefined && others.length === 0 && readIntsAttribute(transpose, 'perm')?.join() === '0,1,3,2';
}

function isScaling({ opType }: Node): boolean {
  return opType === 'Mul' || opType === 'Div';
}

function isCast({ opType }: Node): boolean {
  return opType === 'Cast';
}

function otherInput({ inputs }: Node, name: string): string {
  return inputs.find((input) => input !== name) ?? name;
}
