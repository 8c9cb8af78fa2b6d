import type { AnswerStyle } from '@server/language/answer-style';
import type { CompletionLogprobsOptions } from './completion-logprobs.js';
import type { CompletionRequest } from './dto/completion-request.dto.js';

/** What log probabilities show of a request that asks for them; all of what came when it does not, or is not known. */
export function toCompletionLogprobsOptions(
  body: CompletionRequest | undefined,
  style: Pick<AnswerStyle, 'returnTokensAsTokenIds'>,
): CompletionLogprobsOptions {
  const showsAll = body?.logprobs === -1 || body?.logprob_token_ids !== undefined;
  return {
    limit: showsAll ? undefined : body?.logprobs,
    asTokenIds: body?.return_tokens_as_token_ids ?? style.returnTokensAsTokenIds,
  };
}
