import type { Server as NetServer } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Logger } from '@app/logging';
import type { TlsConfig } from '@server/config/index';
import { readTls } from './read-tls.js';

export interface TlsRefreshOptions {
  readonly config: TlsConfig;
  /** Those that speak TLS take what is new for their next connections. */
  readonly servers: readonly NetServer[];
  readonly logger: Logger;
}

/**
 * `--enable-ssl-refresh`: reads the files that were configured and applies what is new in them, all of it or nothing: a certificate whose key
 * has not arrived yet leaves the old pair in place.
 */
export class TlsRefresh {
  private problem: string | undefined;

  constructor(private readonly options: TlsRefreshOptions) {}

  /** To be called when a file has changed. */
  refresh(): void {
    const { config, servers, logger } = this.options;
    try {
      const tls = readTls(config);
      if (tls === undefined) return;
      servers.filter((server) => server instanceof TlsServer).forEach((server) => server.setSecureContext(tls));
      this.problem = undefined;
      logger.info({}, 'the TLS certificates were renewed');
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      // Files that arrive one by one are several looks; one line is enough.
      if (problem !== this.problem)
        logger.warn({ problem }, 'the new TLS certificates cannot be used: the old ones stay');
      this.problem = problem;
    }
  }
}
