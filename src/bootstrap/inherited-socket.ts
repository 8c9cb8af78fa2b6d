import { closeSync, fstatSync } from 'node:fs';
import { ConfigurationError } from '@app/errors';
import { httpUrl, listen } from './bind-socket.js';
import type { BoundSocket, SocketAddress } from './bind-socket.js';

/** Connections that may wait to be accepted. */
const BACKLOG = 2048;

/**
 * A socket that the parent process has bound and hands down: TCP or unix, not listening yet. Nobody can connect until there is a server.
 * `called`: what the parent bound it to. `handTo` rejects with `ConfigurationError` when the descriptor cannot be listened on.
 */
export function inheritedSocket(fd: number, called: SocketAddress): BoundSocket {
  let handedOver = false;
  let url = called.uds === undefined ? httpUrl(called, called.port) : `unix:${called.uds}`;
  return {
    get url() {
      return url;
    },
    port: called.uds === undefined ? called.port : undefined,
    handTo: async (server) => {
      handedOver = true;
      await listen(server, { fd, backlog: BACKLOG }).catch((error: NodeJS.ErrnoException) => {
        throw new ConfigurationError(`descriptor ${fd} cannot be listened on: ${error.code ?? error.message}`, {
          cause: error,
        });
      });
      const address = server.address();
      if (typeof address === 'object' && address !== null && 'port' in address) {
        url = httpUrl({ host: address.address, secure: called.secure }, address.port);
      }
    },
    close: () => {
      // A server closes what it was given.
      if (!handedOver) closeSync(fd);
      handedOver = true;
      return Promise.resolve();
    },
  };
}

/** Whether the descriptor is open, and a socket. */
export function isOpenSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}
