export { AerieServer } from './bootstrap/aerie-server.js';
export { bindSocket } from './bootstrap/bind-socket.js';
export type { BoundSocket, SocketAddress } from './bootstrap/bind-socket.js';
export { createServer } from './bootstrap/create-server.js';
export type { ServerOptions } from './bootstrap/create-server.js';
export { packageRoot, packageVersion } from './bootstrap/package-version.js';
export { ConfigProblemsError, helpRequest, loadConfig, nonDefaultOptions } from './config/index.js';
export type { ConfigSources, LoadedConfig, ServerConfig } from './config/index.js';
export { LoadedModel } from './engine/loaded-model.js';
