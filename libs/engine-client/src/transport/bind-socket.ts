import { rmSync } from 'node:fs';
import { ConfigurationError } from '@app/errors';

/** The part of a zeromq.js socket that can be bound. */
export interface BindableSocket {
  readonly closed: boolean;
  readonly lastEndpoint: string | null;
  bind(address: string): Promise<void>;
  close(): void;
}

/** Binds and returns what peers connect to: a wildcard port is resolved. Throws `ConfigurationError` for an address that cannot be bound. */
export async function bindSocket(socket: BindableSocket, address: string): Promise<string> {
  try {
    await socket.bind(address);
    return socket.lastEndpoint ?? address;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`engine address ${address} cannot be bound: ${reason}`, { cause: error });
  }
}

/** Closes a socket with an address of its own and removes its file, if it has one: ZeroMQ leaves it. */
export function closeAndRemove(socket: BindableSocket): void {
  const path = /^ipc:\/\/(.+)$/.exec(socket.closed ? '' : (socket.lastEndpoint ?? ''))?.[1];
  socket.close();
  if (path !== undefined) {
    rmSync(path, { force: true });
  }
}
