import type { Logger } from '@app/logging';
import type { ApiKeys } from '@server/http/api-keys';
import { readKeysFile } from './read-keys-file.js';

export interface KeysRefresh {
  /** Of the keys file. */
  readonly path: string | undefined;
  readonly keys: ApiKeys;
  readonly logger: Logger;
}

/** Reads a keys file that has changed: what is new in it holds from now on, a file that is wrong changes nothing. */
export function refreshKeys({ path, keys, logger }: KeysRefresh): void {
  try {
    const listed = readKeysFile(path) ?? [];
    keys.replaceListed(listed);
    logger.info({ keys: listed.length }, 'the API keys were read again');
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    logger.warn({ problem }, 'the new API keys cannot be used: the old ones stay');
  }
}
