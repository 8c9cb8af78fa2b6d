import { inSlices } from './in-slices.js';

/** What `work` makes of each part of a list, in order; `inSlices` of a list. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  perTurn: number,
  work: (part: readonly Item[], isLast: boolean) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  await inSlices(items.length, perTurn, (from, to) => {
    results.push(work(items.slice(from, to), to === items.length));
  });
  return results;
}
