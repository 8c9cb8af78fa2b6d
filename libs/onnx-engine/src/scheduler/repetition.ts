import type { RepetitionDetection } from '@app/engine-protocol';

/** Whether the output ends with `minCount` or more copies of one pattern whose length is within the limits (engine protocol §12.6). */
export function endsInRepetition(
  tokenIds: readonly number[],
  outputLength: number,
  { maxPatternSize, minPatternSize, minCount }: RepetitionDetection,
): boolean {
  if (minCount < 2) {
    return false;
  }
  const longest = Math.min(maxPatternSize, Math.floor(outputLength / minCount));
  for (let size = Math.max(1, minPatternSize); size <= longest; size += 1) {
    if (endsWithPeriod(tokenIds, size, size * minCount)) {
      return true;
    }
  }
  return false;
}

/** Whether the last `length` tokens repeat themselves every `period` tokens. */
function endsWithPeriod(tokenIds: readonly number[], period: number, length: number): boolean {
  const end = tokenIds.length;
  for (let back = 1; back <= length - period; back += 1) {
    if (tokenIds[end - back] !== tokenIds[end - back - period]) {
      return false;
    }
  }
  return true;
}
