import { inTurns } from '@app/async';
import { contextAfter } from '@app/text';
import type { GeneratedElsewhere, TokenAlternative } from '@app/text';
import type { GeneratedLogprob, GeneratedPosition } from './dto/generated.dto.js';

/** A position with texts: the token, and as many of its alternatives as the answer shows. */
export interface NamedPosition {
  readonly token: TokenAlternative;
  /** Undefined when the engine gave no probabilities. */
  readonly top: readonly TokenAlternative[] | undefined;
}

export interface NamingOptions {
  readonly elsewhere: Pick<GeneratedElsewhere, 'textOf'>;
  /** Alternatives to show; undefined = all. */
  readonly limit: number | undefined;
  /** Tokens in front of the first position, for characters that begin in them. */
  readonly context: readonly number[];
}

/** Some milliseconds of work, with the making of JSON. */
const POSITIONS_PER_TURN = 512;

/** Finds the texts of tokens that came as ids, and what `work` makes of each part of the positions. */
export function nameInTurns<Result>(
  positions: readonly GeneratedPosition[],
  { elsewhere, limit, context: before }: NamingOptions,
  work: (positions: readonly NamedPosition[]) => Result,
): Promise<Result[]> {
  let context = before;
  const name = ({ token_id: tokenId, logprob, rank }: GeneratedLogprob): TokenAlternative => ({
    tokenId,
    text: elsewhere.textOf(tokenId, context),
    logprob,
    rank,
  });
  return inTurns(positions, POSITIONS_PER_TURN, (part) =>
    work(
      part.map((position) => {
        const { top_logprobs: top } = position;
        const named = { token: name(position), top: top.length === 0 ? undefined : top.slice(0, limit).map(name) };
        context = contextAfter(context, [position.token_id]);
        return named;
      }),
    ),
  );
}
