import type { TokenAlternative, TokenLogprobs } from '@app/text';
import { logprobJson, tokenLabel } from './token-logprobs.js';

export interface ChatLogprobsOptions {
  /** `top_logprobs`; undefined = all the engine gave. */
  readonly limit: number | undefined;
  readonly asTokenIds: boolean;
}

/**
 * The `logprobs` object of a chat choice (completions-and-chat.md §7.2). With tokens shown as ids, the bytes of the token itself stay
 * those of its text, those of the alternatives are the label's.
 */
export function chatLogprobsJson(positions: readonly TokenLogprobs[], options: ChatLogprobsOptions): object {
  return {
    content: positions.map((alternatives) => ({
      ...tokenJson(alternatives[0], options),
      bytes: [...Buffer.from(alternatives[0].text, 'utf8')],
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
