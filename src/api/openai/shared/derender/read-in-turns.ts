import { inTurns } from '@app/async';
import type { GeneratedTokens } from '@app/text';

/** Some milliseconds of work, with stop strings and parsers. */
const TOKENS_PER_TURN = 1024;

/** Hands the tokens of one output to `read`, a part in each turn of the event loop; the last part has their end. */
export async function readInTurns<Result>(
  { tokenIds, ...ending }: GeneratedTokens,
  read: (tokens: GeneratedTokens) => Result,
): Promise<Result[]> {
  if (tokenIds.length === 0) return [read({ tokenIds, ...ending })];
  return inTurns(tokenIds, TOKENS_PER_TURN, (part, isLast) => read({ tokenIds: part, ...(isLast && ending) }));
}
