import type { LogprobRows } from '@app/engine-protocol';

/**
 * Log probabilities of a model that is certain of every token: 0 for it, -inf for the others, which are the first ids of the vocabulary or
 * those given. Undefined when no others are asked for. The whole vocabulary (-1) is not known here: the token stands alone then.
 */
export function certainRows(
  tokenIds: readonly number[],
  others: number | readonly number[] | undefined,
): LogprobRows | undefined {
  if (others === undefined) return undefined;
  const rows = tokenIds.map((tokenId) => [
    tokenId,
    ...(typeof others === 'number' ? firstIds(others, tokenId) : others),
  ]);
  return {
    rows: rows.length,
    columns: rows[0]?.length ?? 0,
    tokenIds: Int32Array.from(rows.flat()),
    logprobs: Float32Array.from(rows.flatMap((row) => row.map((tokenId) => (tokenId === row[0] ? 0 : -Infinity)))),
    ranks: Int32Array.from(rows, () => 1),
  };
}

function firstIds(count: number, except: number): readonly number[] {
  return Array.from({ length: Math.max(count, 0) }, (_, index) => (index < except ? index : index + 1));
}
