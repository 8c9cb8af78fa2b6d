/** The engine's monotonic clock, in seconds; never 0. Timestamps of events and steps compare with each other only. */
export function now(): number {
  return performance.now() / 1000;
}
