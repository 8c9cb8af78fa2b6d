import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ConfigurationError } from '@app/errors';

/** Size of sun_path on Linux, less its end; macOS has 103. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/**
 * An `ipc://` address for a new socket in `directory`, which should be readable by this user alone: ZeroMQ checks no one's name.
 * Throws `ConfigurationError` when the path is too long for a Unix socket.
 */
export function ipcAddress(directory: string): string {
  const path = join(directory, randomUUID());
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new ConfigurationError(
      `the socket path ${path} is longer than ${MAX_SOCKET_PATH_BYTES} bytes; choose a shorter directory (TMPDIR)`,
    );
  }
  return `ipc://${path}`;
}

/** A `tcp://` address on a free port of `host`, to bind. */
export function freeTcpAddress(host: string): string {
  return tcpAddress(host, '*');
}

/** IPv6 literals get their brackets. */
export function tcpAddress(host: string, port: number | '*'): string {
  return host.includes(':') && !host.startsWith('[') ? `tcp://[${host}]:${port}` : `tcp://${host}:${port}`;
}

/**
 * The host engines can reach the data sockets under: that of the handshake address, when it is one.
 * Throws `ConfigurationError` for addresses that name no interface.
 */
export function dataHostOf(handshakeAddress: string): string {
  const host = /^tcp:\/\/(.+):[^:]*$/.exec(handshakeAddress)?.[1];
  if (host === undefined) {
    return '127.0.0.1';
  }
  if (host === '*' || host === '0.0.0.0' || host === '[::]') {
    throw new ConfigurationError(
      `${handshakeAddress} names no interface that engines could connect to; give a data host or directory`,
    );
  }
  return host;
}

/** Loopback and `ipc`: the peer is on this machine, its end is seen at once. */
export function isLocalAddress(address: string): boolean {
  return /^(ipc:|inproc:|tcp:\/\/(127\.|localhost:|\[::1\]))/.test(address);
}
