import type * as OnnxRuntimeNode from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { OnnxRuntime, OnnxSession, SessionOptions } from '../onnx-runtime.js';
import { OnnxRuntimeError } from '../onnx-runtime-error.js';
import { checkThreads, LOG_LEVEL, sessionConfig } from '../session-config.js';
import { NodeBindingSession, toRuntimeError } from './node-binding-session.js';

type Binding = typeof OnnxRuntimeNode;

/**
 * ONNX Runtime through the public API of onnxruntime-node: every platform it supports, the same results. Slower: loading and runs block the
 * event loop, and outputs are copied.
 */
export class NodeBindingRuntime implements OnnxRuntime {
  readonly backend = 'node-binding';
  readonly writesInPlace = false;

  private constructor(private readonly binding: Binding) {}

  static async load(): Promise<NodeBindingRuntime> {
    try {
      return new NodeBindingRuntime(await import('onnxruntime-node'));
    } catch (error) {
      throw new OnnxRuntimeError('onnxruntime-node cannot be loaded', undefined, { cause: error });
    }
  }

  async createSession(model: string | Uint8Array, options: SessionOptions = {}): Promise<OnnxSession> {
    const sessionOptions = toSessionOptions(options);
    try {
      const session = await (typeof model === 'string'
        ? this.binding.InferenceSession.create(model, sessionOptions)
        : this.binding.InferenceSession.create(model, sessionOptions));
      return new NodeBindingSession(session, this.binding.Tensor);
    } catch (error) {
      throw toRuntimeError(error);
    }
  }
}

function toSessionOptions(options: SessionOptions): InferenceSession.SessionOptions {
  checkThreads(options);
  const { intraOpNumThreads } = options;
  return {
    ...(intraOpNumThreads === undefined ? {} : { intraOpNumThreads }),
    graphOptimizationLevel: 'all',
    enableCpuMemArena: false,
    logSeverityLevel: LOG_LEVEL,
    extra: sessionConfig(options),
  };
}
