import type { ToolChoice } from '@app/chat';
import type { ToolChoiceParam } from '../dto/chat-message.dto.js';

/** Undefined: the request says nothing of it. An explicit null has calls read and dropped (chat-inputs-and-parsers.md §3.2). */
export function toToolChoice(choice: ToolChoiceParam | undefined): ToolChoice | undefined {
  if (choice === null) return 'dropped';
  return typeof choice === 'object' ? { name: choice.function.name } : choice;
}
