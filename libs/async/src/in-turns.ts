import { setImmediate as nextTurn } from 'node:timers/promises';

/** What `work` makes of each part of a list, in order; the event loop goes round between two parts, so that nobody waits for long lists. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  perTurn: number,
  work: (part: readonly Item[], isLast: boolean) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += perTurn) {
    if (from > 0) await nextTurn();
    results.push(work(items.slice(from, from + perTurn), from + perTurn >= items.length));
  }
  return results;
}
