import { setImmediate } from 'node:timers/promises';

/** Runs `work` over 0…count, `size` at a time, with a turn of the event loop between two slices: long work that nothing else waits for. */
export async function inSlices(count: number, size: number, work: (from: number, to: number) => void): Promise<void> {
  for (let from = 0; from < count; from += size) {
    if (from > 0) {
      await setImmediate();
    }
    work(from, Math.min(count, from + size));
  }
}
