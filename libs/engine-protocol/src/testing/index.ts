export { anyEmbedsRequest, anyEngineOutputs, anyEngineRequest } from './arbitraries.js';
export { capturedMessage, capturedMessages } from './captured-frames.js';
export type { CapturedMessage } from './captured-frames.js';
export { anyMutatedFrames } from './mutated-frames.js';
export { neutralSampling } from './neutral-sampling.js';
