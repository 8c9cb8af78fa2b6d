import { InternalError } from '@app/errors';
import { isObject } from '@server/http/validation/index';

/** By the name of the weight. */
export type Checksums = Readonly<Record<string, string>>;

export interface Comparison {
  readonly match: boolean;
  /** Names whose sums differ, or that one side lacks. */
  readonly mismatches: readonly string[];
}

/** `perEngine`: for each engine a list with the sums of each of its workers. Throws `InternalError` for a name that two workers have. */
export function mergeChecksums(perEngine: readonly unknown[]): Checksums {
  const sums = new Map<string, string>();
  for (const worker of perEngine.flat()) {
    if (!isObject(worker)) throw new InternalError('The engine tells no checksums.');
    for (const [name, sum] of Object.entries(worker)) {
      if (sums.has(name)) throw new InternalError(`Two workers have a weight '${name}'.`);
      sums.set(name, String(sum));
    }
  }
  return Object.fromEntries(sums);
}

export function compareChecksums(checksums: Checksums, baseline: Checksums): Comparison {
  const names = [...new Set([...Object.keys(checksums), ...Object.keys(baseline)])].sort();
  const sumIn = (sums: Checksums, name: string) => (Object.hasOwn(sums, name) ? sums[name] : undefined);
  const mismatches = names.filter((name) => sumIn(checksums, name) !== sumIn(baseline, name));
  return { match: mismatches.length === 0, mismatches };
}
