import { setTimeout as delay } from 'node:timers/promises';

/** Longest delay a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Waits for `work`, but not longer than `timeoutMs`. Rejects as `work` does. */
export async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const expired = delay(Math.min(timeoutMs, MAX_DELAY_MS), undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    await Promise.race([work, expired]);
  } finally {
    timer.abort();
  }
}
