import { setImmediate as nextTurn } from 'node:timers/promises';

/** Runs `work` over 0…count, `size` at a time; the event loop goes round between two slices, so that nobody waits for long work. Rejects with what `work` throws. */
export async function inSlices(count: number, size: number, work: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < count; from += size) {
    if (from > 0) await nextTurn();
    work(from, Math.min(count, from + size));
  }
}
