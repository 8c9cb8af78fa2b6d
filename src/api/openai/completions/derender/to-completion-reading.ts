import type { RequestContext } from '@server/http/request-context';
import type { AnswerStyle } from '@server/language/answer-style';
import { takeSharedFields } from '@server/api/openai/shared/take-shared-fields';
import type { CompletionRequest } from '../dto/completion-request.dto.js';
import { toCompletionLogprobsOptions } from '../to-completion-logprobs-options.js';
import type { CompletionReading } from './derendered-completion.js';

/** `body`: the completion request that was rendered. Without one, what its fields stand at when nothing is given, and all log probabilities. */
export function toCompletionReading(
  body: CompletionRequest | undefined,
  { style, context }: { readonly style: AnswerStyle; readonly context: RequestContext },
): CompletionReading {
  return {
    sampling: body ? takeSharedFields(body, context).sampling : {},
    logprobs: toCompletionLogprobsOptions(body, style),
    returnTokenIds: body?.return_token_ids ?? false,
  };
}
