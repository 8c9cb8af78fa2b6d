import type { Chat } from '@app/chat';
import { toReadingOptions } from '@server/language/answers/to-reading-options';
import { toFunctionTools } from '@server/language/requests/to-chat-messages';
import { toToolChoice } from '@server/language/requests/to-tool-choice';
import type { ParseContext } from './dto/generate-request.dto.js';
import type { MessageOptions } from './generate-answer-options.js';

/** How the text of an answer becomes a message. Without a context, or without parsers, the text is the content. */
export async function toMessageOptions(
  context: ParseContext | undefined,
  chat: Chat,
  promptTokenIds: readonly number[],
): Promise<MessageOptions> {
  const { tools, tool_choice: choice, parallel_tool_calls, include_reasoning } = context ?? {};
  return {
    reading: chat.reading({
      tools: toFunctionTools(tools),
      toolChoice: toToolChoice(choice),
      parallelToolCalls: parallel_tool_calls,
      includeReasoning: include_reasoning,
      templateKwargs: context?.chat_template_kwargs ?? {},
      priorCalls: context?.history_tool_call_cnt,
      promptText: await chat.promptTextOf(promptTokenIds),
    }),
    ...toReadingOptions(context, chat),
    role: 'assistant',
    echo: undefined,
    reasoningContent: false,
  };
}
