import type { TokenAlternative, TokenLogprobs } from '@app/text';
import { logprobJson, tokenLabel } from '@server/api/openai/shared/token-logprobs';

export interface ChatLogprobsOptions {
  /** `top_logprobs`; undefined = all the engine gave. */
  readonly limit: number | undefined;
  readonly asTokenIds: boolean;
}

/** The `logprobs` object of a chat choice (completions-and-chat.md §7.2). */
export function chatLogprobsJson(positions: readonly TokenLogprobs[], options: ChatLogprobsOptions): object {
  return {
    content: positions.map((alternatives) => ({
      ...tokenJson(alternatives[0], options),
      top_logprobs: (options.limit === undefined ? alternatives : alternatives.slice(0, options.limit)).map(
        (alternative) => tokenJson(alternative, options),
      ),
    })),
  };
}

function tokenJson(alternative: TokenAlternative, { asTokenIds }: ChatLogprobsOptions): object {
  const token = tokenLabel(alternative, asTokenIds);
  return { token, logprob: logprobJson(alternative.logprob), bytes: [...Buffer.from(token, 'utf8')] };
}
