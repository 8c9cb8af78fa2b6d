import { isLocalAddress } from './data-address.js';

/** Loss of a remote host shows by missing heartbeats only: asked for every 2 s, given up after 10 s. They also keep idle connections open. */
const HEARTBEAT = { heartbeatInterval: 2_000, heartbeatTimeout: 10_000 } as const;

/** Options of a socket that binds or connects to `address`; `local`: every peer is on this machine. */
export function networkOptions(address: string, local = isLocalAddress(address)): { readonly ipv6: boolean } {
  return { ipv6: address.includes('['), ...(local ? {} : HEARTBEAT) };
}
