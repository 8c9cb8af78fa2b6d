import type { ChatEvent } from '@app/chat';
import type { ReadingOptions } from './to-reading-options.js';

export interface AnswerMessageOptions extends Pick<
  ReadingOptions,
  'forcedToolChoice' | 'droppedCalls' | 'reasoningUsage'
> {
  readonly role: string;
  /** Put before the content. */
  readonly echo: string | undefined;
  /** Thoughts stand under their older name, `reasoning_content`, too. */
  readonly reasoningContent: boolean;
}

interface AnswerCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; arguments: string };
}

/** In the key order of the wire; `tool_calls` only where there are any. */
export interface AnswerMessage {
  readonly role: string;
  readonly content: string | null;
  readonly refusal: null;
  readonly annotations: null;
  readonly audio: null;
  readonly function_call: null;
  readonly tool_calls: readonly AnswerCall[] | undefined;
  readonly reasoning: string | null;
  readonly reasoning_content: string | null | undefined;
}

/** The message of one choice, from everything that was read in its text (completions-and-chat.md §7.1). */
export function toAnswerMessage(options: AnswerMessageOptions, events: readonly ChatEvent[]): AnswerMessage {
  const { role, echo, reasoningContent } = options;
  let text: string | undefined;
  let reasoning: string | null = null;
  const calls = new Map<number, AnswerCall>();
  for (const event of events) {
    switch (event.type) {
      case 'content-delta':
        text = (text ?? '') + event.text;
        break;
      case 'reasoning-delta':
        reasoning = (reasoning ?? '') + event.text;
        break;
      case 'tool-call-start':
        calls.set(event.index, { id: event.id, type: 'function', function: { name: event.name, arguments: '' } });
        break;
      case 'tool-call-delta': {
        const call = calls.get(event.index);
        if (call) call.function.arguments += event.delta;
        break;
      }
    }
  }
  const content = toContent(text, calls.size > 0, options);
  return {
    role,
    content: echo ? echo + (content ?? '') : content,
    refusal: null,
    annotations: null,
    audio: null,
    function_call: null,
    tool_calls: calls.size > 0 ? [...calls.values()] : undefined,
    reasoning,
    reasoning_content: reasoningContent ? reasoning : undefined,
  };
}

/** Layout around calls is no answer; nothing at all is one, unless it can mean that everything was thought (completions-and-chat.md §7.1). */
function toContent(
  text: string | undefined,
  hasCalls: boolean,
  { forcedToolChoice, droppedCalls, reasoningUsage }: AnswerMessageOptions,
): string | null {
  if (forcedToolChoice) return text ?? '';
  if (hasCalls || droppedCalls) return text?.trim() ? text : null;
  return text ?? (reasoningUsage ? null : '');
}
