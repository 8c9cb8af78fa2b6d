/** Longest delay a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Waits for `work`, but at most `timeoutMs`; not at all for 0. Rejects as `work` does while it waits. */
export async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  if (!(timeoutMs > 0)) return;
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(timeoutMs, MAX_DELAY_MS));
  });
  try {
    await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
