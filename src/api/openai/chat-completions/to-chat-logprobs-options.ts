import type { AnswerStyle } from '@server/language/answer-style';
import type { ChatLogprobsOptions } from '@server/language/answers/chat-logprobs';
import type { ChatCompletionRequest } from './dto/chat-completion-request.dto.js';

/** What log probabilities show of a request that asks for them; all of what came when it does not, or is not known. */
export function toChatLogprobsOptions(
  body: ChatCompletionRequest | undefined,
  style: Pick<AnswerStyle, 'returnTokensAsTokenIds'>,
): ChatLogprobsOptions {
  const showsAll = !body?.logprobs || body.top_logprobs === -1 || body.logprob_token_ids !== undefined;
  return {
    limit: showsAll ? undefined : (body.top_logprobs ?? 0),
    asTokenIds: body?.return_tokens_as_token_ids ?? style.returnTokensAsTokenIds,
  };
}
