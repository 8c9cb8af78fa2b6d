/** The launcher waits at least this long after its SIGTERM before it kills. */
const LEAST_PATIENCE_MS = 5_000;
/** What the end takes once nothing runs any more: last words, aborts, sockets. */
const END_MS = 2_000;

/**
 * How long running answers may go on after SIGTERM, in milliseconds: the operator's shutdown time-out, but no longer than leaves time for an
 * orderly end, because the launcher kills this process when that time-out (5 s at least) is over (engine protocol §2.5).
 */
export function drainTimeout(shutdownTimeoutMs: number): number {
  return Math.min(shutdownTimeoutMs, Math.max(shutdownTimeoutMs, LEAST_PATIENCE_MS) - END_MS);
}
