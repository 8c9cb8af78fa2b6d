const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** How long to wait before a worker that ended is replaced: not at all after the first of `quickDeaths` in a row, then 1 s, 2 s, 4 s … 30 s. */
export function restartDelayMs(quickDeaths: number): number {
  return quickDeaths <= 1 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (quickDeaths - 2), MAX_DELAY_MS);
}
