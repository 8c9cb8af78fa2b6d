import { closeSync, fstatSync } from 'node:fs';
import { ConfigurationError } from '@app/errors';
import { httpUrl, listen } from './bind-socket.js';
import type { BoundSocket, SocketAddress } from './bind-socket.js';

/** Connections that may wait to be accepted. */
const BACKLOG = 2048;

/**
 * A socket that the parent process has bound and hands down: TCP or unix, not listening yet. Nobody can connect until there is a server.
 * `called`: what the parent bound it to. Throws `ConfigurationError` when the descriptor is no open socket.
 */
export function inheritedSocket(fd: number, called: SocketAddress): BoundSocket {
  mustBeSocket(fd);
  let handedOver = false;
  let url = called.uds === undefined ? httpUrl(called.host, called.port) : `unix:${called.uds}`;
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
        url = httpUrl(address.address, address.port);
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

function mustBeSocket(fd: number): void {
  let isSocket = false;
  try {
    isSocket = fstatSync(fd).isSocket();
  } catch (error) {
    throw new ConfigurationError(`descriptor ${fd} is not open`, { cause: error });
  }
  if (!isSocket) throw new ConfigurationError(`descriptor ${fd} is no socket`);
}
