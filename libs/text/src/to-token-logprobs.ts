import type { LogprobRows } from '@app/engine-protocol';
import type { TokenAlternative, TokenLogprobs } from './text-delta.js';
import type { TokenTexts } from './token-text.js';

export interface TokenLogprobsOptions {
  readonly texts: TokenTexts;
  /** Alternatives to keep beside the token itself; the engine's table may have more columns (engine protocol §5.5). Undefined: all. */
  readonly alternatives: number | undefined;
}

/** The number of alternatives to keep for a count of the request: -1 and a list of ids mean all that came. */
export function toAlternatives(count: number | undefined, tokenIds?: readonly number[]): number | undefined {
  return tokenIds || count === -1 ? undefined : count;
}

/**
 * Row `row` of an engine's table. A token listed twice stands at its first place with its last values, as a Python dictionary has it.
 * `context`: the tokens before this position.
 */
export function toTokenLogprobs(
  table: LogprobRows,
  row: number,
  context: readonly number[],
  { texts, alternatives }: TokenLogprobsOptions,
): TokenLogprobs {
  const columns = Math.min(table.columns, (alternatives ?? Infinity) + 1);
  const byToken = new Map<number, TokenAlternative>();
  for (let column = 0; column < columns; column++) {
    const tokenId = table.tokenIds[row * table.columns + column];
    byToken.set(tokenId, {
      tokenId,
      text: byToken.get(tokenId)?.text ?? texts.at(tokenId, context),
      logprob: table.logprobs[row * table.columns + column],
      rank: column === 0 ? table.ranks[row] : column,
    });
  }
  return [...byToken.values()];
}

/** One entry per prompt token, the first one undefined: nothing comes before it. */
export function toPromptLogprobs(
  table: LogprobRows,
  promptTokenIds: readonly number[],
  options: TokenLogprobsOptions,
): (TokenLogprobs | undefined)[] {
  return promptTokenIds.map((_, position) =>
    position === 0 || position > table.rows
      ? undefined
      : toTokenLogprobs(table, position - 1, promptTokenIds.slice(Math.max(0, position - 4), position), options),
  );
}
