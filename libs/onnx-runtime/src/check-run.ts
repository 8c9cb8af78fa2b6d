import type { Tensor, ValueInfo } from './onnx-runtime.js';
import { OnnxRuntimeError } from './onnx-runtime-error.js';
import { elementTypes } from './tensor-types.js';

type Tensors = Readonly<Record<string, Tensor>>;

/** What a model takes and gives, by name. */
export interface ModelValues {
  readonly inputs: ReadonlyMap<string, ValueInfo>;
  readonly outputs: ReadonlyMap<string, ValueInfo>;
}

/**
 * Refuses what native code would read past: unknown or missing names, a wrong element type or array, a length that is not the product of the
 * dimensions, a rank or fixed dimension other than the model's. Throws `OnnxRuntimeError`.
 */
export function checkRun(model: ModelValues, inputs: Tensors, outputs: Tensors): void {
  checkSide('input', model.inputs, inputs);
  checkSide('output', model.outputs, outputs);
  for (const name of model.inputs.keys()) {
    if (!Object.hasOwn(inputs, name)) {
      throw new OnnxRuntimeError(`input "${name}" is missing`);
    }
  }
  if (Object.keys(outputs).length === 0) {
    throw new OnnxRuntimeError('a run needs at least one output');
  }
}

function checkSide(side: 'input' | 'output', expected: ReadonlyMap<string, ValueInfo>, given: Tensors): void {
  for (const [name, tensor] of Object.entries(given)) {
    const value = expected.get(name);
    if (!value) {
      throw new OnnxRuntimeError(`the model has no ${side} "${name}"`);
    }
    const fault = faultOf(value, tensor);
    if (fault !== undefined) {
      throw new OnnxRuntimeError(`${side} "${name}": ${fault}`);
    }
  }
}

function faultOf(value: ValueInfo, { type, dims, data }: Tensor): string | undefined {
  if (type !== value.type) {
    return `expected type ${value.type}, got ${type}`;
  }
  const { array } = elementTypes[type];
  if (!(data instanceof array)) {
    return `type ${type} needs a ${array.name}`;
  }
  if (!(data.buffer instanceof ArrayBuffer)) {
    return 'shared memory is not accepted';
  }
  if (dims.length !== value.dims.length) {
    return `expected ${value.dims.length} dimensions, got [${dims.join(', ')}]`;
  }
  for (const [axis, size] of dims.entries()) {
    const wanted = value.dims[axis];
    if (!Number.isSafeInteger(size) || size < 0 || (typeof wanted === 'number' && wanted !== size)) {
      return `expected dimensions [${value.dims.join(', ')}], got [${dims.join(', ')}]`;
    }
  }
  const length = dims.reduce((product, size) => product * size, 1);
  if (data.length !== length) {
    return `dimensions [${dims.join(', ')}] need ${length} elements, the array has ${data.length}`;
  }
  return undefined;
}
