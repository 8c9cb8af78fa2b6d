export { loadOnnxRuntime, type LoadedOnnxRuntime, type OnnxRuntimeOptions } from './load-onnx-runtime.js';
export * from './onnx-runtime.js';
export { OnnxRuntimeError, RunTerminatedError } from './onnx-runtime-error.js';
