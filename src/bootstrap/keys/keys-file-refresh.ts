import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from '@app/logging';
import type { ApiKeys } from '@server/http/api-keys';
import { readKeysFile } from './read-keys-file.js';

/** How often the file is looked at. */
const INTERVAL_MS = 1_000;

export interface KeysFileRefreshOptions {
  readonly path: string;
  readonly keys: ApiKeys;
  readonly logger: Logger;
  readonly intervalMs?: number | undefined;
}

/**
 * Follows a keys file: what is new in it holds from the next look on, a file that is wrong changes nothing. By `stat` through every link and not by
 * watching folders, so that a file that is written in place, a renamed one and a swapped link to a folder (Kubernetes' `..data`) are the same.
 */
export class KeysFileRefresh {
  private readonly look = (): void => this.refresh();

  constructor(private readonly options: KeysFileRefreshOptions) {
    const { path, intervalMs: interval = INTERVAL_MS } = options;
    watchFile(path, { interval, persistent: false }, this.look);
  }

  stop(): void {
    unwatchFile(this.options.path, this.look);
  }

  private refresh(): void {
    const { path, keys, logger } = this.options;
    try {
      const listed = readKeysFile(path) ?? [];
      keys.replaceListed(listed);
      logger.info({ keys: listed.length }, 'the API keys were read again');
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      logger.warn({ problem }, 'the new API keys cannot be used: the old ones stay');
    }
  }
}
