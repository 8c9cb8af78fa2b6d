import { dataHostOf, ipcAddress, tcpAddress } from '../transport/data-address.js';
import { freePorts } from '../transport/free-ports.js';
import type { ClientAddresses } from './engine-group.js';

export interface ClientAddressesOptions {
  readonly count: number;
  /** Directory for `ipc` sockets, readable by this user alone. Only when every engine is on this host. */
  readonly dataDirectory?: string | undefined;
  /** Its host is the one of `tcp` sockets. */
  readonly handshakeAddress: string;
}

/**
 * Addresses for front-end processes that do not run yet, and that stay theirs: a successor binds the same ones (engine protocol §2.8).
 * `tcp` ports are free now; nothing keeps them so until they are bound. Throws `ConfigurationError` for a handshake address without a host.
 */
export async function newClientAddresses(options: ClientAddressesOptions): Promise<readonly ClientAddresses[]> {
  const { count, dataDirectory, handshakeAddress } = options;
  const addresses =
    dataDirectory === undefined
      ? await freeTcpAddresses(dataHostOf(handshakeAddress), 2 * count)
      : Array.from({ length: 2 * count }, () => ipcAddress(dataDirectory));
  return Array.from({ length: count }, (_, index) => ({
    input: addresses[2 * index],
    output: addresses[2 * index + 1],
  }));
}

async function freeTcpAddresses(host: string, count: number): Promise<readonly string[]> {
  const ports = await freePorts(host.replace(/^\[|\]$/g, ''), count);
  return ports.map((port) => tcpAddress(host, port));
}
