import type { ChatDelta } from '@app/chat';
import { jsonText } from '@server/language/answers/json-text';
import { usageJson } from '@server/language/answers/usage';
import type { ChatAnswerOptions } from '../chat-answer-options.js';
import { toChatBody, toChoice } from '../to-chat-response.js';

/** One body for all conversations: `options` and `samples` have one element each (completions-and-chat.md §2.1). */
export function toBatchChatResponse(options: readonly ChatAnswerOptions[], samples: readonly ChatDelta[]): string {
  const usage = usageJson(
    {
      promptTokens: options.reduce((sum, { promptTokenIds }) => sum + promptTokenIds.length, 0),
      completionTokens: samples.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
    },
    undefined,
  );
  const choices = samples.map((sample, index) => toChoice(options[index], { ...sample, index }));
  return jsonText(toChatBody(options[0], { choices, usage }));
}
