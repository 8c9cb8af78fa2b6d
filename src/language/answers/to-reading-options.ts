import type { Chat } from '@app/chat';
import type { ToolChoiceParam } from '../dto/chat-message.dto.js';

/** What an answer shows of calls and thoughts. */
export interface ReadingOptions {
  /** A named tool choice keeps the engine's finish reason. */
  readonly namedToolChoice: boolean;
  /** A tool choice of `required` or by name: an answer of calls alone has empty content, not none. */
  readonly forcedToolChoice: boolean;
  /** An explicit null: calls are read, and nobody is told of them. */
  readonly droppedCalls: boolean;
  /** With `include_reasoning: false`: no thoughts, and nothing that would tell of them (log probabilities, token ids). */
  readonly hidesReasoning: boolean;
  /** The server tells thoughts from content: it counts them, and no content can mean that everything was thought. */
  readonly reasoningUsage: boolean;
}

interface ReadingFields {
  readonly tool_choice?: ToolChoiceParam | undefined;
  readonly include_reasoning?: boolean | undefined;
}

/** Without a body: what its fields stand at when nothing is given. */
export function toReadingOptions(
  body: ReadingFields | undefined,
  { readsReasoning, readsToolCalls }: Pick<Chat, 'readsReasoning' | 'readsToolCalls'>,
): ReadingOptions {
  const { tool_choice: choice, include_reasoning: includeReasoning = true } = body ?? {};
  const named = typeof choice === 'object' && choice !== null;
  return {
    namedToolChoice: named,
    droppedCalls: choice === null,
    forcedToolChoice: named || choice === 'required',
    hidesReasoning: !includeReasoning && (readsReasoning || readsToolCalls),
    reasoningUsage: readsReasoning,
  };
}
