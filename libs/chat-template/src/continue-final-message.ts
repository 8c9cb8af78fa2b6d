import { InvalidRequestError } from '@app/errors';
import type { TemplateMessage } from './to-template-message.js';

/** Stands at the end of the last message while the template runs; it ends in a space to see whether templates trim. */
const mark = '\u{f0000}AERIE-CONTINUES-HERE\u{f0001} ';

/** The messages with the mark at the end of the last one's text. @throws InvalidRequestError when it has no text */
export function markFinalMessage(messages: readonly TemplateMessage[]): readonly TemplateMessage[] {
  const last = messages[messages.length - 1];
  return [...messages.slice(0, -1), { ...last, content: markContent(last.content) }];
}

function markContent(content: unknown): unknown {
  if (typeof content === 'string') {
    return content + mark;
  }
  const parts = Array.isArray(content) ? (content as readonly TemplateMessage[]) : [];
  const index = parts.findLastIndex(({ text }) => typeof text === 'string');
  if (index < 0) {
    throw new InvalidRequestError(
      'continue_final_message is set but we could not find any text to continue in the final message!',
    );
  }
  return parts.map((part, at) => (at === index ? { ...part, text: `${part.text as string}${mark}` } : part));
}

/** The text up to the end of the last message. When the template trims messages, so is the end. */
export function cutAtFinalMessage(rendered: string): string {
  const at = rendered.lastIndexOf(mark.trimEnd());
  if (at < 0) {
    throw new InvalidRequestError(
      'continue_final_message is set but the final message does not appear in the chat after applying the chat template! ' +
        'This can happen if the chat template deletes portions of the final message. Please verify the chat template and ' +
        'final message in your chat to ensure they are compatible.',
    );
  }
  const text = rendered.slice(0, at);
  return rendered.startsWith(mark, at) ? text : text.trimEnd();
}
