import type { Chat, PreparedChat } from '@app/chat';
import { PROMPT_EMBEDS_TOKEN } from '@app/tokenization';
import { toSharedAnswerOptions } from '@server/api/openai/shared/to-shared-answer-options';
import type { AnswerFacts } from '@server/api/openai/shared/to-shared-answer-options';
import { toReadingOptions } from '@server/language/answers/to-reading-options';
import type { ChatMessageParam } from '@server/language/dto/chat-message.dto';
import type { ChatAnswerOptions } from './chat-answer-options.js';
import type { ChatCompletionRequest } from './dto/chat-completion-request.dto.js';
import { toChatLogprobsOptions } from './to-chat-logprobs-options.js';

export interface ChatAnswerFacts extends AnswerFacts {
  readonly chat: Pick<Chat, 'readsReasoning' | 'readsToolCalls'>;
  readonly prepared: PreparedChat;
}

/** Everything that decides what the answer shows, from the request and the server's switches. */
export function toChatAnswerOptions(
  body: ChatCompletionRequest,
  { chat, prepared, ...facts }: ChatAnswerFacts,
): ChatAnswerOptions {
  const { style } = facts;
  const last = body.messages[body.messages.length - 1];
  const role = body.add_generation_prompt ? style.responseRole : last.role;
  return {
    ...toSharedAnswerOptions(body, facts),
    ...toReadingOptions(body, chat),
    role,
    reasoningContent: style.reasoningContent,
    promptTokenIds: prepared.promptTokenIds,
    promptText: body.return_prompt_text ? prepared.promptText : undefined,
    echo: body.echo && last.role === role ? textOf(last) : undefined,
    logprobs: body.logprobs ? toChatLogprobsOptions(body, style) : undefined,
    plainJsonCalls: prepared.plainJsonCalls,
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
