import type { Logger } from '@app/logging';

/** Calls somebody else's code out of the sweep, which must not stop for what that throws. */
export function callListener(logger: Logger, call: () => void): void {
  try {
    call();
  } catch (error) {
    logger.error({ error: String(error) }, 'listener of the engine failed');
  }
}
