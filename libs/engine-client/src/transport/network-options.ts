import { isLocalAddress } from './data-address.js';

/** Loss of a remote host shows by missing heartbeats only: asked for every 2 s, given up after 10 s. They also keep idle connections open. */
const HEARTBEAT = { heartbeatInterval: 2_000, heartbeatTimeout: 10_000 } as const;

/** Options of a socket that binds or connects to `address`. */
export function networkOptions(address: string): { readonly ipv6: boolean } {
  return { ipv6: address.includes('['), ...(isLocalAddress(address) ? {} : HEARTBEAT) };
}
