import type { PreparedText, Text, TextRequest } from '@app/text';
import { textOf } from '@app/tokenization';
import type { AnswerStyle } from '@server/language/answer-style';
import type { AnsweredPrompt, CompletionAnswerOptions, PromptEcho } from './completion-answer-options.js';
import type { CompletionRequest } from './dto/completion-request.dto.js';

export interface AnswerFacts {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly style: AnswerStyle;
  readonly requests: readonly TextRequest[];
  readonly prepared: readonly PreparedText[];
  readonly text: Text;
}

/** Everything that decides what the answer shows, from the request and the server's switches. */
export function toAnswerOptions(body: CompletionRequest, facts: AnswerFacts): CompletionAnswerOptions {
  const { id, created, model, style, requests, prepared, text } = facts;
  const asTokenIds = body.return_tokens_as_token_ids ?? style.returnTokensAsTokenIds;
  const showsAll = body.logprobs === -1 || body.logprob_token_ids !== undefined;
  return {
    id,
    created,
    model,
    systemFingerprint: style.systemFingerprint,
    logprobs: body.logprobs === undefined ? undefined : { limit: showsAll ? undefined : body.logprobs, asTokenIds },
    returnTokenIds: body.return_token_ids ?? false,
    returnWeightVersions: body.return_weight_versions,
    includeUsage: style.forceIncludeUsage || (body.stream_options?.include_usage ?? false),
    continuousUsage: style.forceIncludeUsage || (body.stream_options?.continuous_usage_stats ?? false),
    promptTokensDetails: style.promptTokensDetails,
    requestMetrics: style.requestMetrics,
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
    firstLabel: asTokenIds ? `token_id:${first}` : decode([first]),
    showsOutput: body.max_tokens !== 0,
  };
}
