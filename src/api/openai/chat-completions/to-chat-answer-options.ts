import type { Chat, PreparedChat } from '@app/chat';
import { PROMPT_EMBEDS_TOKEN } from '@app/tokenization';
import type { AnswerStyle } from '@server/language/answer-style';
import type { ChatMessageParam } from '@server/language/dto/chat-message.dto';
import type { ChatAnswerOptions } from './chat-answer-options.js';
import type { ChatCompletionRequest } from './dto/chat-completion-request.dto.js';

export interface ChatAnswerFacts {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly style: AnswerStyle;
  readonly chat: Pick<Chat, 'readsReasoning' | 'readsToolCalls'>;
  readonly prepared: PreparedChat;
}

/** Everything that decides what the answer shows, from the request and the server's switches. */
export function toChatAnswerOptions(
  body: ChatCompletionRequest,
  { id, created, model, style, chat, prepared }: ChatAnswerFacts,
): ChatAnswerOptions {
  const last = body.messages[body.messages.length - 1];
  const role = body.add_generation_prompt ? style.responseRole : last.role;
  const showsAll = body.top_logprobs === -1 || body.logprob_token_ids !== undefined;
  return {
    id,
    created,
    model,
    systemFingerprint: style.systemFingerprint,
    role,
    promptTokenIds: prepared.promptTokenIds,
    promptText: body.return_prompt_text ? prepared.promptText : undefined,
    echo: body.echo && last.role === role ? textOf(last) : undefined,
    logprobs: body.logprobs
      ? {
          limit: showsAll ? undefined : (body.top_logprobs ?? 0),
          asTokenIds: body.return_tokens_as_token_ids ?? style.returnTokensAsTokenIds,
        }
      : undefined,
    returnTokenIds: body.return_token_ids ?? false,
    returnWeightVersions: body.return_weight_versions,
    includeUsage: style.forceIncludeUsage || (body.stream_options?.include_usage ?? false),
    continuousUsage: style.forceIncludeUsage || (body.stream_options?.continuous_usage_stats ?? false),
    promptTokensDetails: style.promptTokensDetails,
    namedToolChoice: typeof body.tool_choice === 'object',
    forcedToolChoice: typeof body.tool_choice === 'object' || body.tool_choice === 'required',
    hidesReasoning: !body.include_reasoning && (chat.readsReasoning || chat.readsToolCalls),
    reasoningUsage: chat.readsReasoning,
    requestMetrics: style.requestMetrics,
    sampleCount: prepared.sampleCount,
  };
}

function textOf({ content = '' }: ChatMessageParam): string {
  if (typeof content === 'string') return content;
  return content
    .map((part) => (typeof part === 'string' ? part : part.type === 'prompt_embeds' ? PROMPT_EMBEDS_TOKEN : part.text))
    .filter((text) => typeof text === 'string')
    .join('\n');
}
