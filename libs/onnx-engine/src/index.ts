export { createOnnxEngineCore } from './create-onnx-engine-core.js';
export type { OnnxEngineOptions } from './create-onnx-engine-core.js';
export type { SchedulingPolicy } from './scheduler/waiting-queue.js';
export type { ConstraintSettings } from './scheduler/output-constraint.js';
export type { ThoughtMarkers } from './scheduler/thought.js';
