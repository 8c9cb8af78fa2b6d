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
  /** Clients speak TLS there. */
  readonly secure?: boolean | undefined;
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

/** Connections that wait to be accepted. */
const BACKLOG = 2048;

/** Takes the address before the engine starts, so that a taken port fails in milliseconds. Throws `ConfigurationError` in one clear line. */
export async function bindSocket(address: SocketAddress): Promise<BoundSocket> {
  if (address.uds !== undefined) {
    await removeStaleSocket(address.uds);
  }
  const server = new NetServer((socket) => socket.resetAndDestroy());
  await mustListen(server, address);
  const bound = server.address() as AddressInfo | string;
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return {
    url: typeof bound === 'string' ? `unix:${bound}` : httpUrl(address, bound.port),
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
      await listen(next, { path: bound, backlog: BACKLOG });
    },
  };
}

/**
 * For a worker of a cluster: the primary process listens, and deals the connections out to every worker that does as if it listened itself.
 * `url` is what the address is called towards people.
 */
export function clusterSocket(address: SocketAddress, url: string): BoundSocket {
  return {
    url,
    port: address.uds === undefined ? address.port : undefined,
    handTo: (server) => mustListen(server, address),
    close: () => Promise.resolve(),
  };
}

async function mustListen(server: NetServer, address: SocketAddress): Promise<void> {
  const { host, port, uds } = address;
  try {
    await listen(server, uds === undefined ? { host, port, backlog: BACKLOG } : { path: uds, backlog: BACKLOG });
  } catch (error) {
    throw new ConfigurationError(bindProblem(address, error as NodeJS.ErrnoException), { cause: error });
  }
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

export function httpUrl({ host, secure }: Pick<SocketAddress, 'host' | 'secure'>, port: number): string {
  const name = host === undefined || host === '' ? '0.0.0.0' : host;
  return `${secure ? 'https' : 'http'}://${isIPv6(name) ? `[${name}]` : name}:${port}`;
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
