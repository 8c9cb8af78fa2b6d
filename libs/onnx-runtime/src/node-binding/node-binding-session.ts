import type { InferenceSession, Tensor as BindingTensor, TensorConstructor } from 'onnxruntime-node';
import type { Tensor, TensorData, TensorType, ValueInfo } from '../onnx-runtime.js';
import { OnnxRuntimeError } from '../onnx-runtime-error.js';
import { SingleRunSession, type Tensors } from '../single-run-session.js';
import { elementTypes } from '../tensor-types.js';

/** A session over onnxruntime-node. A run cannot be interrupted: a terminated one still takes its time before it rejects. */
export class NodeBindingSession extends SingleRunSession {
  constructor(
    private readonly session: InferenceSession,
    private readonly createTensor: TensorConstructor,
  ) {
    super(session.inputMetadata.map(toValueInfo), session.outputMetadata.map(toValueInfo));
  }

  protected async execute(inputs: Tensors, outputs: Tensors): Promise<void> {
    let results: InferenceSession.ReturnType;
    try {
      results = await this.session.run(this.toBindingTensors(inputs), this.toBindingTensors(outputs));
    } catch (error) {
      throw toRuntimeError(error);
    }
    for (const [name, { type, data }] of Object.entries(outputs)) {
      const result = results[name]?.data;
      if (!(result instanceof elementTypes[type].array) || result.length !== data.length) {
        throw new OnnxRuntimeError(`output "${name}" did not come out as ${data.length} elements of ${type}`);
      }
      copyInto(data, result);
    }
  }

  protected interrupt(): void {
    // The binding has no way to stop a run.
  }

  protected async free(): Promise<void> {
    await this.session.release();
  }

  private toBindingTensors(tensors: Tensors): Record<string, BindingTensor> {
    return Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [name, this.toBindingTensor(tensor)] as const),
    );
  }

  private toBindingTensor({ type, dims, data }: Tensor): BindingTensor {
    return new this.createTensor(type as 'float32', data as Float32Array, dims);
  }
}

/** The binding throws plain errors with ORT's text. */
export function toRuntimeError(error: unknown): OnnxRuntimeError {
  return error instanceof OnnxRuntimeError
    ? error
    : new OnnxRuntimeError(error instanceof Error ? error.message : String(error), undefined, { cause: error });
}

function toValueInfo(value: InferenceSession.ValueMetadata): ValueInfo {
  if (!value.isTensor) {
    throw new OnnxRuntimeError(`"${value.name}" is not a tensor`);
  }
  if (!Object.hasOwn(elementTypes, value.type)) {
    throw new OnnxRuntimeError(`"${value.name}" has the unsupported element type ${value.type}`);
  }
  return { name: value.name, type: value.type as TensorType, dims: value.shape };
}

/** Copies bytes: both arrays are of one kind and length. */
function copyInto(target: TensorData, source: TensorData): void {
  bytesOf(target).set(bytesOf(source));
}

function bytesOf({ buffer, byteOffset, byteLength }: TensorData): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
