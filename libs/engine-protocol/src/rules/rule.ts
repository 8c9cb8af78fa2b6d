/** One rule about one field: what a decoder or an engine would trip over. */
export interface Rule<T, Facts = undefined> {
  /** Wire name. */
  readonly field: string;
  /** First release that insists on it; absent: every one does. */
  readonly since?: string;
  /** The field is filled in by this server, so that no caller can mend it. */
  readonly ours?: boolean;
  /** What is wrong, as the words after the name of the field; `undefined` when the rule holds. */
  readonly broken: (value: T, facts: Facts) => string | undefined;
}

/** The largest count and token id: engines keep them in 32-bit tensors. */
export const MAX_COUNT = 0x7fff_ffff;

/** For a number from `least` to `most`; NaN is out of every range. */
export function outOfRange(value: number | bigint, least: number | bigint, most: number | bigint): string | undefined {
  return value >= least && value <= most ? undefined : `must be between ${least} and ${most}, not ${value}`;
}

/** For an integer from `least` to `most`. */
export function notCount(value: number, least: number, most = MAX_COUNT): string | undefined {
  return Number.isInteger(value) ? outOfRange(value, least, most) : `must be an integer, not ${value}`;
}

/** For token ids below `limit`, in one loop without a closure: a prompt has many. */
export function notTokenIds(ids: ArrayLike<number>, limit: number): string | undefined {
  for (let index = 0; index < ids.length; index++) {
    const id = ids[index];
    if (!(id >= 0 && id < limit && (id | 0) === id)) {
      return Number.isInteger(id)
        ? `has the token id ${id}, which is out of vocabulary`
        : 'has a token id that is no integer';
    }
  }
  return undefined;
}
