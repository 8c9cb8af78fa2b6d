import { unwatchFile, watchFile } from 'node:fs';
import type { Server as NetServer } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Logger } from '@app/logging';
import type { TlsConfig } from '@server/config/index';
import { readTls } from './read-tls.js';

/** How often the files are looked at. */
const INTERVAL_MS = 1_000;

export interface TlsRefreshOptions {
  readonly config: TlsConfig;
  /** Those that speak TLS take what is new for their next connections. */
  readonly servers: readonly NetServer[];
  readonly logger: Logger;
  readonly intervalMs?: number | undefined;
}

/**
 * `--enable-ssl-refresh`: looks at the files that were configured and applies what is new in them, all of it or nothing: a certificate whose key
 * has not arrived yet leaves the old pair in place. By `stat` through every link and not by watching folders, so that a renamed
 * file, a file that is written in place and a swapped link to a folder (Kubernetes' `..data`) are the same.
 */
export class TlsRefresh {
  private readonly paths: ReadonlySet<string>;
  private problem: string | undefined;
  private readonly look = (): void => this.refresh();

  constructor(private readonly options: TlsRefreshOptions) {
    const { sslCertfile, sslKeyfile, sslCaCerts } = options.config;
    this.paths = new Set([sslCertfile, sslKeyfile, sslCaCerts].filter((path) => path !== undefined));
    const { intervalMs: interval = INTERVAL_MS } = options;
    this.paths.forEach((path) => watchFile(path, { interval, persistent: false }, this.look));
  }

  stop(): void {
    this.paths.forEach((path) => unwatchFile(path, this.look));
  }

  private refresh(): void {
    const { config, servers, logger } = this.options;
    try {
      const tls = readTls(config);
      if (tls === undefined) return;
      servers.filter((server) => server instanceof TlsServer).forEach((server) => server.setSecureContext(tls));
      this.problem = undefined;
      logger.info({}, 'the TLS certificates were renewed');
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      // Two files that change are two looks; one line is enough.
      if (problem !== this.problem)
        logger.warn({ problem }, 'the new TLS certificates cannot be used: the old ones stay');
      this.problem = problem;
    }
  }
}
