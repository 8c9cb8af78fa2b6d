import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '@app/logging';
import type { ServerConfig } from '@server/config/index';
import type { ApiKeys } from '@server/http/api-keys';
import { KeysFileRefresh } from './keys/keys-file-refresh.js';
import { TlsRefresh } from './tls/tls-refresh.js';

export interface FollowedFiles {
  readonly config: ServerConfig;
  readonly keys: ApiKeys;
  readonly httpServers: readonly Server[];
  readonly logger: Logger;
}

/** Keys and certificates that change while the server runs take effect, until it closes. */
export function followFiles(fastify: FastifyInstance, { config, keys, httpServers, logger }: FollowedFiles): void {
  const { auth, tls } = config;
  const refreshes = [
    ...(auth.apiKeysFile === undefined ? [] : [new KeysFileRefresh({ path: auth.apiKeysFile, keys, logger })]),
    ...(tls.enableSslRefresh ? [new TlsRefresh({ config: tls, servers: httpServers, logger })] : []),
  ];
  fastify.addHook('onClose', (_, done) => {
    refreshes.forEach((refresh) => refresh.stop());
    done();
  });
}
