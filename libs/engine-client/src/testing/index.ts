export { engineOutput, engineRequest } from './engine-requests.js';
export { ENGINE_INFO, RawEngine } from './raw-engine.js';
export type { EngineInput, RawEngineOptions } from './raw-engine.js';
export { RecordingSink } from './recording-sink.js';
