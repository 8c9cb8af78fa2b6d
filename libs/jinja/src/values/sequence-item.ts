import type { Value } from './value.js';

/** `items[key]` for an integer key, counted from the end when negative; undefined when there is none. */
export function elementAt<T>(items: readonly T[], key: Value): T | undefined {
  const index = toIndex(key, items.length);
  return index === undefined ? undefined : items[index];
}

/** A position inside something of that length, or undefined. */
export function toIndex(key: Value, length: number): number | undefined {
  if (typeof key !== 'bigint' && typeof key !== 'boolean') {
    return undefined;
  }
  const wide = BigInt(key);
  const index = wide < 0n ? wide + BigInt(length) : wide;
  return index >= 0n && index < BigInt(length) ? Number(index) : undefined;
}
