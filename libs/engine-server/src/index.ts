export type { CloseOptions, EngineServer } from './engine-server.js';
export { serveEngineCore } from './serve-engine-core.js';
export type { DirectServeOptions, HandshakeServeOptions, ServeOptions } from './serve-engine-core.js';
