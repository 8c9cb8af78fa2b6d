import { InvalidRequestError } from '@app/errors';
import type { ChatMessage } from '../../chat-message.js';
import type { ChatRenderInput } from '../../chat-template.js';
import type { TemplatePart } from '../../content-parts.js';
import { toParts, toReasoning } from '../../to-template-message.js';
import { parseArguments } from '../../tool-arguments.js';
import { mustBeToolCall } from '../../tool-call.js';
import type { DsmlCall } from './dsml.js';

/** A message as DeepSeek's formats see it. */
export interface DeepSeekMessage {
  readonly role: string;
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly DeepSeekCall[];
  readonly toolCallId: string | undefined;
  /** Functions that a developer brings, or that a system message was given. */
  readonly functions: readonly object[];
  readonly task: string | undefined;
}

export interface DeepSeekCall extends DsmlCall {
  readonly id: unknown;
}

/** Makes one text of a message's parts, in the way of the release. @throws InvalidRequestError */
export type JoinParts = (parts: readonly TemplatePart[], role: string) => string;

/** @throws InvalidRequestError */
export function toDeepSeekMessages({ messages, modelName }: ChatRenderInput, join: JoinParts): DeepSeekMessage[] {
  return messages.map((message) => {
    const { role, toolCallId, tools, task } = message;
    const isAssistant = role === 'assistant';
    return {
      role,
      text: join(toParts(message, modelName), role),
      reasoning: (isAssistant && toReasoning(message, modelName)) || '',
      calls: isAssistant ? toCalls(message) : [],
      toolCallId,
      functions: role === 'developer' ? functionsOf(tools, 'messages') : [],
      task,
    };
  });
}

/** A system message that holds nothing but functions. */
export function systemWith(functions: readonly object[]): DeepSeekMessage {
  return { role: 'system', text: '', reasoning: '', calls: [], toolCallId: undefined, functions, task: undefined };
}

/** The functions of a list of tools as the client sent it. @throws InvalidRequestError for an entry that is no tool */
export function functionsOf(tools: unknown, param: string): readonly object[] {
  if (tools === undefined || tools === null) return [];
  const entries: readonly unknown[] = Array.isArray(tools) ? tools : [undefined];
  return entries.map((tool) => {
    const { function: described } = Object(tool) as { readonly function?: unknown };
    if (typeof described !== 'object' || described === null) {
      throw new InvalidRequestError('tools must be a list of {"type": "function", "function": {…}}.', { param });
    }
    return described;
  });
}

function toCalls({ toolCalls = [] }: ChatMessage): DeepSeekCall[] {
  return toolCalls.map(mustBeToolCall).map(({ id, function: called }) => ({
    id,
    name: String(called.name),
    arguments: parseArguments(called.arguments),
  }));
}
