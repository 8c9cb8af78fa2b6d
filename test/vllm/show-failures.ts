import { beforeEach } from 'vitest';

/** End of the output that is shown. */
const SHOWN_CHARS = 8_000;

/** Whatever test of this file fails shows what the processes have written. */
export function showOutputOfFailures(output: () => string | undefined): void {
  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => console.error(output()?.slice(-SHOWN_CHARS)));
  });
}
