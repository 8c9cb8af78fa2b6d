export { CompiledScripts } from './compiled-scripts.js';
export { CountingCore } from './counting-core.js';
export { ElasticEngine } from './elastic-engine.js';
export type { ElasticEngineOptions } from './elastic-engine.js';
export { engineOutput, engineRequest } from './engine-requests.js';
export { ENGINE_INFO, RawEngine } from './raw-engine.js';
export type { RawEngineOptions } from './raw-engine.js';
export { RecordingSink } from './recording-sink.js';
export { LockStepDeployment } from './lock-step-deployment.js';
