import type { Chat } from '@app/chat';
import type { ChatChoiceOptions } from './chat-answer-options.js';
import type { ChatCompletionRequest } from './dto/chat-completion-request.dto.js';

type ReadingOptions = Pick<
  ChatChoiceOptions,
  'namedToolChoice' | 'forcedToolChoice' | 'hidesReasoning' | 'reasoningUsage'
>;

/** What an answer shows of calls and thoughts. Without a body: what its fields stand at when nothing is given. */
export function toReadingOptions(
  body: Pick<ChatCompletionRequest, 'tool_choice' | 'include_reasoning'> | undefined,
  { readsReasoning, readsToolCalls }: Pick<Chat, 'readsReasoning' | 'readsToolCalls'>,
): ReadingOptions {
  const { tool_choice: choice, include_reasoning: includeReasoning = true } = body ?? {};
  const named = typeof choice === 'object';
  return {
    namedToolChoice: named,
    forcedToolChoice: named || choice === 'required',
    hidesReasoning: !includeReasoning && (readsReasoning || readsToolCalls),
    reasoningUsage: readsReasoning,
  };
}
