export * from './engine.js';
export * from './engine-output.js';
export * from './engine-request.js';
export * from './sampling-params.js';
