import type { TextDelta, TokenAlternative } from '@app/text';
import { logprobJson, tokenLabel } from './token-logprobs.js';

export interface ChatLogprobsOptions {
  /** `top_logprobs`; undefined = all the engine gave. */
  readonly limit: number | undefined;
  readonly asTokenIds: boolean;
}

/**
 * The `logprobs` object of a chat choice (completions-and-chat.md §7.2). With tokens shown as ids, the bytes of the token itself stay
 * those of its text, those of the alternatives are the label's. A token that beam search chose has no bytes.
 */
export function chatLogprobsJson(
  { logprobs = [], chosen }: Pick<TextDelta, 'logprobs' | 'chosen'>,
  options: ChatLogprobsOptions,
): object {
  return {
    content: logprobs.map((alternatives, index) => ({
      ...tokenJson(chosen?.[index] ?? alternatives[0], options),
      bytes: chosen ? null : [...Buffer.from(alternatives[0].text, 'utf8')],
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
