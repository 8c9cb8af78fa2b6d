export type { WaveMember, WaveReport } from './coordinator/wave-member.js';
export { readFlags, toWholeNumber } from './command-line.js';
export type { CloseOptions, EngineServer } from './engine-server.js';
export { runEngineProcess } from './run-engine-process.js';
export type { ServedEngines } from './run-engine-process.js';
export { serveEngineCore } from './serve-engine-core.js';
export type { DirectServeOptions, HandshakeServeOptions, ServeOptions } from './serve-engine-core.js';
