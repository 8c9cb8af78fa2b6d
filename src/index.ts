export { AerieServer } from './bootstrap/aerie-server.js';
export { createServer } from './bootstrap/create-server.js';
export { packageVersion } from './bootstrap/package-version.js';
export { loadConfig } from './config/index.js';
export { LoadedModel } from './engine/loaded-model.js';
export { frontend } from './frontend/frontend.js';
export { main } from './main.js';
