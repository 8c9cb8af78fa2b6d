import type { PreparedText, Text, TextRequest } from '@app/text';
import { textOf } from '@app/tokenization';
import { toSharedAnswerOptions } from '@server/api/openai/shared/to-shared-answer-options';
import type { AnswerFacts } from '@server/api/openai/shared/to-shared-answer-options';
import { tokenLabel } from '@server/language/answers/token-logprobs';
import type { AnsweredPrompt, CompletionAnswerOptions, PromptEcho } from './completion-answer-options.js';
import type { CompletionRequest } from './dto/completion-request.dto.js';
import { toCompletionLogprobsOptions } from './to-completion-logprobs-options.js';

export interface CompletionAnswerFacts extends AnswerFacts {
  readonly requests: readonly TextRequest[];
  readonly prepared: readonly PreparedText[];
  readonly text: Text;
}

/** Everything that decides what the answer shows, from the request and the server's switches. */
export function toCompletionAnswerOptions(
  body: CompletionRequest,
  { requests, prepared, text, ...facts }: CompletionAnswerFacts,
): CompletionAnswerOptions {
  const logprobs = toCompletionLogprobsOptions(body, facts.style);
  const { asTokenIds } = logprobs;
  return {
    ...toSharedAnswerOptions(body, facts),
    logprobs: body.logprobs === undefined ? undefined : logprobs,
    sampleCount: prepared[0].sampleCount,
    prompts: prepared.map(({ promptTokenIds }, index): AnsweredPrompt => ({
      tokenIds: promptTokenIds,
      echo: body.echo ? toEcho(body, requests[index], { promptTokenIds, text, asTokenIds }) : undefined,
    })),
  };
}

function toEcho(
  body: CompletionRequest,
  { prompt }: TextRequest,
  {
    promptTokenIds,
    text,
    asTokenIds,
  }: {
    readonly promptTokenIds: readonly number[];
    readonly text: Text;
    readonly asTokenIds: boolean;
  },
): PromptEcho {
  const decode = (ids: readonly number[]) => text.tokenizer.decode(ids, { skipSpecialTokens: false });
  const [first] = promptTokenIds;
  return {
    text: prompt.type === 'text' ? textOf(prompt.text) : decode(promptTokenIds),
    firstLabel: tokenLabel({ tokenId: first, text: decode([first]) }, asTokenIds),
    showsOutput: body.max_tokens !== 0,
  };
}
