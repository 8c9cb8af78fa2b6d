import type { ServerConfig } from '@server/config/index';
import { bindSocket } from './bind-socket.js';
import type { BoundSocket } from './bind-socket.js';
import { adminAddress, listenAddress } from './listen-address.js';

/** Every socket of the server, before there is anything to serve. */
export interface BoundSockets {
  readonly main: BoundSocket;
  /** With `--admin-port`. */
  readonly admin: BoundSocket | undefined;
  close(): Promise<void>;
}

/** Takes the addresses of the configuration. Throws `ConfigurationError` in one clear line, and holds none then. */
export async function bindSockets(config: ServerConfig): Promise<BoundSockets> {
  return withAdminSocket(await bindSocket(listenAddress(config)), config);
}

/** The admin socket beside one that is bound already; that one is closed too when the address cannot be had. */
export async function withAdminSocket(main: BoundSocket, config: ServerConfig): Promise<BoundSockets> {
  const address = adminAddress(config);
  try {
    const admin = address && (await bindSocket(address));
    return { main, admin, close: async () => void (await Promise.all([main.close(), admin?.close()])) };
  } catch (error) {
    await main.close();
    throw error;
  }
}
