export { CORE_INFO, FakeEngineCore } from './fake-engine-core.js';
export { RawCoordinator } from './raw-coordinator.js';
export { addFrames, engineRequest, RawFrontEnd } from './raw-front-end.js';
export type { RawClient } from './raw-front-end.js';
