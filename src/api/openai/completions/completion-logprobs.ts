import type { TokenAlternative, TokenLogprobs } from '@app/text';
import type { RawJson } from '@server/language/json-text';
import { logprobJson, tokenLabel } from '@server/language/token-logprobs';

export interface CompletionLogprobsOptions {
  /** Alternatives shown beside the token itself; undefined = all. */
  readonly limit: number | undefined;
  readonly asTokenIds: boolean;
}

/** Builds the legacy `logprobs` object (parallel lists) of one choice; the text offset goes on from one piece to the next. */
export class CompletionLogprobsWriter {
  private offset = 0;

  constructor(private readonly options: CompletionLogprobsOptions) {}

  /**
   * `undefined` positions are prompt tokens without a probability: the first one, which `firstLabel` names. `chosen`: the tokens, where they are not
   * the first of each position.
   */
  write(
    positions: readonly (TokenLogprobs | undefined)[],
    { firstLabel = '', chosen }: { readonly firstLabel?: string; readonly chosen?: readonly TokenAlternative[] },
  ): object {
    const tokens: string[] = [];
    const offsets: number[] = [];
    const logprobs: (RawJson | null)[] = [];
    const tops: (Map<string, RawJson> | null)[] = [];
    for (const [index, alternatives] of positions.entries()) {
      const token = chosen?.[index] ?? alternatives?.[0];
      const label = token ? tokenLabel(token, this.options.asTokenIds) : firstLabel;
      tokens.push(label);
      offsets.push(this.offset);
      this.offset += codePoints(label);
      logprobs.push(token ? logprobJson(token.logprob) : null);
      tops.push(alternatives ? this.top(alternatives) : null);
    }
    return { text_offset: offsets, token_logprobs: logprobs, tokens, top_logprobs: tops };
  }

  private top(alternatives: TokenLogprobs): Map<string, RawJson> {
    const { limit, asTokenIds } = this.options;
    const shown = limit === undefined ? alternatives : alternatives.slice(0, limit + 1);
    return new Map(shown.map((alternative) => [tokenLabel(alternative, asTokenIds), logprobJson(alternative.logprob)]));
  }
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
