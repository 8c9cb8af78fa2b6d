import type { ChatEvent } from '@app/chat';
import type { ChatChoiceOptions } from './chat-answer-options.js';

/**
 * The `delta` object of one step, as JSON: content, reasoning and calls in one. Next to calls content is there, null when there is none; each start of a call
 * and each piece of arguments is an entry of its own (recorded). With forced calls that are plain JSON content is not there, a start takes its first arguments
 * along, and where several calls are possible all pieces have a name, null behind the first. Hidden reasoning stands as null in every delta that says something.
 */
export function toDeltaJson(
  events: readonly ChatEvent[],
  {
    hidesReasoning,
    reasoningContent,
    plainJsonCalls,
  }: Pick<ChatChoiceOptions, 'hidesReasoning' | 'reasoningContent' | 'plainJsonCalls'>,
): string {
  if (events.length === 0) return '{}';
  const { content, reasoning, calls: entries } = foldEvents(events);
  const calls = plainJsonCalls ? joinStarts(entries, plainJsonCalls === 'required') : entries;
  const thought = reasoning ?? (hidesReasoning ? null : undefined);
  return JSON.stringify({
    content: calls.length > 0 && !plainJsonCalls ? (content ?? null) : content,
    reasoning: thought,
    reasoning_content: reasoningContent ? thought : undefined,
    tool_calls: calls.length > 0 ? calls : undefined,
  });
}

/** What the events of one step say, by kind. */
export interface FoldedEvents {
  readonly content: string | undefined;
  readonly reasoning: string | undefined;
  readonly calls: readonly CallEntry[];
}

export function foldEvents(events: readonly ChatEvent[]): FoldedEvents {
  let content: string | undefined;
  let reasoning: string | undefined;
  const calls: CallEntry[] = [];
  for (const event of events) {
    switch (event.type) {
      case 'content-delta':
        content = (content ?? '') + event.text;
        break;
      case 'reasoning-delta':
        reasoning = (reasoning ?? '') + event.text;
        break;
      case 'tool-call-start':
        calls.push({ id: event.id, type: 'function', index: event.index, function: { name: event.name } });
        break;
      case 'tool-call-delta':
        addArguments(calls, event.index, event.delta);
        break;
    }
  }
  return { content, reasoning, calls };
}

export interface CallEntry {
  readonly id?: string;
  readonly type?: 'function';
  readonly index: number;
  readonly function: { readonly name?: string | null; arguments?: string };
}

/** Starts with the arguments that follow them. */
function joinStarts(entries: readonly CallEntry[], namesAll: boolean): CallEntry[] {
  const calls: CallEntry[] = [];
  for (const { function: piece, ...entry } of entries) {
    const last = calls.at(-1);
    if (last?.index === entry.index) last.function.arguments = piece.arguments;
    else
      calls.push({
        ...entry,
        function: piece.name === undefined && namesAll ? { name: null, ...piece } : { ...piece },
      });
  }
  return calls;
}

function addArguments(calls: CallEntry[], index: number, text: string): void {
  const last = calls.at(-1);
  if (last?.index === index && last.function.arguments !== undefined) last.function.arguments += text;
  else calls.push({ index, function: { arguments: text } });
}
