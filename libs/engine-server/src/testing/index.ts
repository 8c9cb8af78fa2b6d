export { CORE_INFO, FakeEngineCore } from './fake-engine-core.js';
export { addFrames, engineRequest, RawFrontEnd } from './raw-front-end.js';
export type { RawClient } from './raw-front-end.js';
