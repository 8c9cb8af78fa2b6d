export { loadOnnxRuntime, type LoadedOnnxRuntime, type OnnxRuntimeOptions } from './load-onnx-runtime.js';
export * from './onnx-runtime.js';
export { OnnxRuntimeError, RunTerminatedError } from './onnx-runtime-error.js';
export {
  type CacheLayout,
  prepareDecoder,
  type PreparedDecoder,
  type PrepareDecoderOptions,
} from './model/prepare-decoder.js';
export { LOGITS_POSITIONS } from './model/keep-logits-positions.js';
