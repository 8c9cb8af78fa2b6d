import { ServerError } from '@app/errors';

/** ONNX Runtime refused a model or a run, or was asked for something it cannot do. Carries ORT's own text. */
export class OnnxRuntimeError extends ServerError {
  readonly kind = 'internal';

  constructor(
    message: string,
    /** OrtErrorCode (onnxruntime_c_api.h); undefined when the fault was found before native code. */
    readonly code?: number,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/** The run in progress was stopped by `terminate`. Its outputs hold nothing of use. */
export class RunTerminatedError extends OnnxRuntimeError {
  constructor(options: { readonly cause?: unknown } = {}) {
    super('The run was terminated.', undefined, options);
  }
}
