import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '@app/logging';
import type { ServerConfig } from '@server/config/index';
import type { ApiKeys } from '@server/http/api-keys';
import { FileWatch } from './file-watch.js';
import { refreshKeys } from './keys/refresh-keys.js';
import { TlsRefresh } from './tls/tls-refresh.js';

/** Files that may change while the server runs; undefined: they may not. */
export interface FileWatches {
  readonly keys: FileWatch | undefined;
  readonly tls: FileWatch | undefined;
}

export interface FollowedFiles {
  readonly watches: FileWatches;
  readonly config: ServerConfig;
  readonly keys: ApiKeys;
  readonly httpServers: readonly Server[];
  readonly logger: Logger;
}

/** Comes before any of the files is read. */
export function watchFiles({ auth, tls }: ServerConfig): FileWatches {
  const { sslCertfile, sslKeyfile, sslCaCerts } = tls;
  const tlsFiles = [sslCertfile, sslKeyfile, sslCaCerts].filter((path) => path !== undefined);
  return {
    keys: auth.apiKeysFile === undefined ? undefined : new FileWatch([auth.apiKeysFile]),
    tls: tls.enableSslRefresh ? new FileWatch(tlsFiles) : undefined,
  };
}

/** Keys and certificates that change while the server runs take effect, until it closes. */
export function followFiles(
  fastify: FastifyInstance,
  { watches, config, keys, httpServers, logger }: FollowedFiles,
): void {
  const { auth, tls } = config;
  const tlsRefresh = new TlsRefresh({ config: tls, servers: httpServers, logger });
  watches.keys?.follow(() => refreshKeys({ path: auth.apiKeysFile, keys, logger }));
  watches.tls?.follow(() => tlsRefresh.refresh());
  fastify.addHook('onClose', (_, done) => {
    watches.keys?.stop();
    watches.tls?.stop();
    done();
  });
}
