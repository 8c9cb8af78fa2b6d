import { unlink } from 'node:fs/promises';
import { Server as NetServer, connect, isIPv6 } from 'node:net';
import type { AddressInfo, ListenOptions } from 'node:net';
import { ConfigurationError } from '@app/errors';

export interface SocketAddress {
  /** Undefined: all interfaces. */
  readonly host?: string | undefined;
  readonly port: number;
  /** Path of a unix socket, instead of host and port. */
  readonly uds?: string | undefined;
}

/** A socket that is ours, before there is anything to serve. */
export interface BoundSocket {
  /** For people: `http://127.0.0.1:8000`, `unix:/run/aerie.sock`. */
  readonly url: string;
  readonly port: number | undefined;
  /** Lets this server accept; until then connections are reset. */
  handTo(server: NetServer): Promise<void>;
  close(): Promise<void>;
}

/** Takes the address before the engine starts, so that a taken port fails in milliseconds. Throws `ConfigurationError` in one clear line. */
export async function bindSocket(address: SocketAddress): Promise<BoundSocket> {
  if (address.uds !== undefined) {
    await removeStaleSocket(address.uds);
  }
  const server = new NetServer((socket) => socket.resetAndDestroy());
  const options: ListenOptions =
    address.uds === undefined ? { host: address.host, port: address.port, backlog: 2048 } : { path: address.uds };
  await listen(server, options).catch((error: unknown) => {
    throw new ConfigurationError(bindProblem(address, error as NodeJS.ErrnoException), { cause: error });
  });
  const bound = server.address() as AddressInfo | string;
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return {
    url: typeof bound === 'string' ? `unix:${bound}` : httpUrl(address.host, bound.port),
    port: typeof bound === 'string' ? undefined : bound.port,
    close,
    handTo: async (next) => {
      if (typeof bound !== 'string') {
        // The descriptor itself goes over: the port is never free in between.
        await listen(next, server);
        return;
      }
      // Node hands over no unix sockets; nobody competes for a path as for a port.
      await close();
      await listen(next, { path: bound });
    },
  };
}

/** What Node calls a socket that was bound before. */
interface BoundDescriptor {
  readonly fd: number;
  readonly backlog: number;
}

/** Resolves when `server` accepts there; rejects with the system's error. */
export function listen(server: NetServer, on: ListenOptions | NetServer | BoundDescriptor): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(on, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

export function httpUrl(host: string | undefined, port: number): string {
  const name = host === undefined || host === '' ? '0.0.0.0' : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use by another process',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'the host name is unknown',
  ENOENT: 'the folder does not exist',
};

function bindProblem({ host, port, uds }: SocketAddress, { code = '', message }: NodeJS.ErrnoException): string {
  const place = uds === undefined ? `${host ?? '0.0.0.0'}:${port}` : `unix:${uds}`;
  return `cannot listen on ${place}: ${REASONS[code] ?? message}`;
}

/** A socket file that nobody answers on was left behind by a process that is gone. */
async function removeStaleSocket(path: string): Promise<void> {
  const stale = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(false);
    });
    probe.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
  if (stale) {
    await unlink(path);
  }
}
