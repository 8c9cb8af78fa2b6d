import type { Logger } from '@app/logging';
import type { ServerConfig } from '@server/config/index';
import type { StartProgress } from './start-progress.js';
import type { Termination } from './termination.js';

/** What there is before anything is started. */
export interface Start {
  readonly config: ServerConfig;
  /** Compiled entry of our engine core's process. */
  readonly engineCoreEntry: string;
  readonly logger: Logger;
  readonly progress: StartProgress;
  readonly termination: Termination;
}
