/** Waits for `work`, but at most `timeoutMs`; not at all for 0. `work` must not reject. */
export async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  if (!(timeoutMs > 0)) {
    return;
  }
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(timeoutMs, 2 ** 31 - 1));
  });
  await Promise.race([work, expired]);
  clearTimeout(timer);
}
