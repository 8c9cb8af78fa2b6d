import type { TextDelta, TokenAlternative } from '@app/text';
import { logprobJson, tokenLabel } from './token-logprobs.js';

export interface ChatLogprobsOptions {
  /** `top_logprobs`; undefined = all the engine gave. */
  readonly limit: number | undefined;
  readonly asTokenIds: boolean;
}

/** The `logprobs` object of a chat choice (completions-and-chat.md §7.2). A token that beam search chose has no bytes. */
export function chatLogprobsJson(
  { logprobs = [], chosen }: Pick<TextDelta, 'logprobs' | 'chosen'>,
  { limit, asTokenIds }: ChatLogprobsOptions,
): object {
  return {
    content: logprobs.map((alternatives, index) => ({
      ...chatLogprobJson(chosen?.[index] ?? alternatives[0], alternatives.slice(0, limit), { asTokenIds }),
      ...(chosen && { bytes: null }),
    })),
  };
}

/** One position. With tokens shown as ids, the bytes of the token itself stay those of its text, those of the alternatives are the label's. */
export function chatLogprobJson(
  token: TokenAlternative,
  top: readonly TokenAlternative[],
  style: Pick<ChatLogprobsOptions, 'asTokenIds'>,
): object {
  return {
    ...tokenJson(token, style),
    bytes: [...Buffer.from(token.text, 'utf8')],
    top_logprobs: top.map((alternative) => tokenJson(alternative, style)),
  };
}

function tokenJson(alternative: TokenAlternative, { asTokenIds }: Pick<ChatLogprobsOptions, 'asTokenIds'>): object {
  const token = tokenLabel(alternative, asTokenIds);
  return { token, logprob: logprobJson(alternative.logprob), bytes: [...Buffer.from(token, 'utf8')] };
}
