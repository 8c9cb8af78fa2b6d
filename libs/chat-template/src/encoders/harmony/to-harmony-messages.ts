import { InvalidRequestError } from '@app/errors';
import type { ChatMessage, FunctionTool } from '../../chat-message.js';
import type { ChatRenderInput } from '../../chat-template.js';
import { partText, toTemplatePart } from '../../content-parts.js';
import { toReasoning } from '../../to-template-message.js';
import { mustBeToolCall } from '../../tool-call.js';
import type { HarmonyMessage } from './harmony-message.js';
import { systemText } from './system-text.js';
import { toolsSection } from './tools-section.js';

export interface HarmonyPreamble {
  /** What the model is told is today: `2025-06-28`. */
  readonly date: string;
  /** The client's instructions stand in the system message, not in a developer's. */
  readonly instructionsInSystem: boolean;
}

/**
 * The system message, the client's instructions and tools, the conversation; without the thoughts that led to an earlier final answer.
 * @throws InvalidRequestError for what the format has no place for
 */
export function toHarmonyMessages(input: ChatRenderInput, preamble: HarmonyPreamble): readonly HarmonyMessage[] {
  const { messages, tools = [], modelName, reasoningEffort } = input;
  const { date, instructionsInSystem } = preamble;
  const system = (instructions?: string): HarmonyMessage => ({
    author: 'system',
    content: [systemText({ date, reasoningEffort, instructions, hasTools: tools.length > 0 })],
  });
  const instruct = (role: string, instructions: string): HarmonyMessage =>
    role === 'system' && instructionsInSystem ? system(instructions) : developer(instructions, []);

  const opensWithInstructions = messages[0].role === 'system' || messages[0].role === 'developer';
  const instructions = opensWithInstructions ? joinedText(messages[0], modelName) : undefined;
  const [inSystem, inDeveloper] = instructionsInSystem ? [instructions, undefined] : [undefined, instructions];
  const names = functionNames(messages);
  return withoutOldThoughts([
    system(inSystem),
    ...(inDeveloper || tools.length > 0 ? [developer(inDeveloper, tools)] : []),
    ...(opensWithInstructions ? messages.slice(1) : messages).flatMap((message): HarmonyMessage[] => {
      switch (message.role) {
        case 'system':
        case 'developer': {
          const text = joinedText(message, modelName);
          return text === undefined ? [] : [instruct(message.role, text)];
        }
        case 'user':
          return [{ author: 'user', content: texts(message, modelName) }];
        case 'assistant':
          return toAssistantMessages(message, modelName);
        case 'tool':
          return [toToolAnswer(message, names, modelName)];
        default:
          throw new InvalidRequestError(
            `Unknown role '${message.role}': this model knows system, developer, user, assistant and tool.`,
            { param: 'messages' },
          );
      }
    }),
  ]);
}

function developer(instructions: string | undefined, tools: readonly FunctionTool[]): HarmonyMessage {
  const sections = [
    ...(instructions === undefined ? [] : ['# Instructions', instructions]),
    ...(tools.length === 0 ? [] : [toolsSection(tools)]),
  ];
  return { author: 'developer', content: [sections.join('\n\n')] };
}

/** An answer is final; what comes with calls is commentary, before the thought that led to them (vLLM's order). */
function toAssistantMessages(message: ChatMessage, modelName: string): HarmonyMessage[] {
  const said = (channel: 'analysis' | 'commentary' | 'final', content: readonly string[]): HarmonyMessage[] =>
    content.some((text) => text !== '') ? [{ author: 'assistant', channel, content }] : [];
  const { toolCalls = [] } = message;
  const thought = said('analysis', [toReasoning(message, modelName) ?? '']);
  if (toolCalls.length === 0) return [...thought, ...said('final', texts(message, modelName))];
  const calls = toolCalls.map(mustBeToolCall).map(({ function: called }) => ({
    author: 'assistant',
    channel: 'commentary' as const,
    recipient: toRecipient(called.name),
    content: [argumentsText(called.arguments)],
  }));
  return [...said('commentary', [joinedText(message, modelName) ?? '']), ...thought, ...calls];
}

function toToolAnswer(message: ChatMessage, names: ReadonlyMap<unknown, unknown>, modelName: string): HarmonyMessage {
  return {
    author: toRecipient(names.get(message.toolCallId)),
    channel: 'commentary',
    recipient: 'assistant',
    content: [joinedText(message, modelName) ?? ''],
  };
}

/** Names of the functions called, by the id of the call. */
function functionNames(messages: readonly ChatMessage[]): ReadonlyMap<unknown, unknown> {
  const calls = messages.flatMap(({ toolCalls = [] }) => toolCalls).map(mustBeToolCall);
  return new Map(calls.map(({ id, function: called }) => [id, called.name]));
}

function toRecipient(name: unknown): string {
  return `functions.${typeof name === 'string' ? name : ''}`;
}

/** As the model wrote them, JSON or not. */
function argumentsText(given: unknown): string {
  return typeof given === 'string' ? given : '';
}

/** One text per part: parts are encoded apart from each other. */
function texts({ content = [] }: ChatMessage, modelName: string): string[] {
  const parts = typeof content === 'string' ? [content] : content;
  return parts.flatMap((part) => {
    const shown = toTemplatePart(part, modelName);
    return (shown && partText(shown)) ?? [];
  });
}

/** Undefined for a message without any text, not even an empty one. */
function joinedText(message: ChatMessage, modelName: string): string | undefined {
  const all = texts(message, modelName);
  return all.length === 0 ? undefined : all.join('');
}

/** The model was trained without them; the library drops only those before the very first final answer. */
function withoutOldThoughts(messages: readonly HarmonyMessage[]): readonly HarmonyMessage[] {
  const lastFinal = messages.findLastIndex(({ channel }) => channel === 'final');
  return messages.filter(({ channel }, index) => index > lastFinal || channel !== 'analysis');
}
