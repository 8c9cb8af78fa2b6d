import type { ServerConfig } from '@server/config/index';
import type { SocketAddress } from './bind-socket.js';

/** Where the configuration lets clients reach the server. */
export function listenAddress({ http: { host, port, uds }, tls }: ServerConfig): SocketAddress {
  return { host, port, uds, secure: tls.sslCertfile !== undefined };
}

/** Where it lets operators; undefined without `--admin-port`. */
export function adminAddress({ http, tls }: ServerConfig): SocketAddress | undefined {
  const { host, adminHost = host, adminPort } = http;
  return adminPort === undefined
    ? undefined
    : { host: adminHost, port: adminPort, secure: tls.sslCertfile !== undefined };
}
