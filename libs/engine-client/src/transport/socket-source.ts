import { isLocalAddress } from './data-address.js';
import { bindAddressOf } from './inherited-listener.js';

/** Where a data socket comes from: an address to bind, or an inherited descriptor that is bound and listens already. */
export type SocketSource = { readonly address: string } | { readonly fd: number };

/** What ZeroMQ has to be told to take a source into use. */
export interface BindPlan {
  /** To bind. With `fd` it only chooses the transport. */
  readonly address: string;
  readonly fd: number | undefined;
  /** Every peer is on this machine, where the end of one is seen at once. */
  readonly local: boolean;
}

/** Throws `ConfigurationError` for a descriptor that is no listening stream socket. */
export function toBindPlan(source: SocketSource): BindPlan {
  if ('address' in source) {
    return { address: source.address, fd: undefined, local: isLocalAddress(source.address) };
  }
  const address = bindAddressOf(source.fd);
  // A launcher hands down TCP only when an engine is on another host (engine protocol §2.5).
  return { address, fd: source.fd, local: address.startsWith('ipc:') };
}
