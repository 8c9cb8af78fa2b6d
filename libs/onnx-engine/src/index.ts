export { createOnnxEngineCore } from './create-onnx-engine-core.js';
export type { OnnxEngineOptions } from './create-onnx-engine-core.js';
export type { SchedulingPolicy } from './scheduler/waiting-queue.js';
