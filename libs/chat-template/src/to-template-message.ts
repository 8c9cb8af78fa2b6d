import type { ChatMessage } from './chat-message.js';
import type { ContentFormat } from './content-format.js';
import { partText, type TemplatePart, toTemplatePart } from './content-parts.js';
import { parseArguments } from './tool-arguments.js';
import { mustBeToolCall } from './tool-call.js';

/** A message as a template sees it: the keys in their fixed order. */
export type TemplateMessage = Readonly<Record<string, unknown>>;

export interface MessageOptions {
  readonly format: ContentFormat;
  /** Name the model is served by, for messages to the client. */
  readonly modelName: string;
}

/** Puts a message into the form of a template. @throws InvalidRequestError */
export function toTemplateMessage(message: ChatMessage, options: MessageOptions): TemplateMessage {
  const { role, toolCalls, toolCallId, name, task, tools } = message;
  const isAssistant = role === 'assistant';
  const reasoning = toReasoning(message, options.modelName);
  return withoutUndefined({
    role,
    content: toContent(message, options),
    tool_calls: isAssistant && toolCalls !== undefined && toolCalls.length > 0 ? toolCalls.map(toToolCall) : undefined,
    reasoning: isAssistant ? reasoning : undefined,
    reasoning_content: isAssistant ? reasoning : undefined,
    tool_call_id: role === 'tool' ? toolCallId : undefined,
    name,
    task,
    tools: role === 'developer' ? (tools ?? null) : undefined,
  });
}

/** A part that no text has taken the place of is checked, whoever says it, and refused. */
export function toReasoning({ reasoning }: ChatMessage, modelName: string): string | undefined {
  return typeof reasoning === 'object' ? plainText(toTemplatePart(reasoning, modelName) ?? {}) : reasoning;
}

function toContent(message: ChatMessage, { format, modelName }: MessageOptions): unknown {
  const parts = toParts(message, modelName);
  if (format === 'string') {
    return parts.map(plainText).join('\n');
  }
  const texts = parts.map(partText);
  return message.role === 'tool' && texts.every((text) => text !== undefined) ? texts.join('\n') : parts;
}

/** The parts of a message that there is something to show of. @throws InvalidRequestError */
export function toParts({ role, content }: ChatMessage, modelName: string): readonly TemplatePart[] {
  const raw = content === undefined ? [] : typeof content === 'string' ? [content] : content;
  return raw
    .map((part) => toTemplatePart(part, modelName))
    .map((part) => (part !== undefined && role === 'system' ? withoutBillingHeader(part) : part))
    .filter((part) => part !== undefined);
}

/** In the string format a reference to a tool is its name. */
export function plainText(part: TemplatePart): string {
  return partText(part) ?? String(part.name);
}

const billingHeader = 'x-anthropic-billing-header';

/** Some clients put their billing line before the system text; it would only spoil the prefix cache. */
function withoutBillingHeader(part: TemplatePart): TemplatePart | undefined {
  const text = partText(part);
  if (text?.startsWith(billingHeader) !== true) {
    return part;
  }
  const end = text.indexOf('\n');
  return end < 0 ? undefined : { ...part, text: text.slice(end + 1) };
}

function toToolCall(call: unknown): TemplateMessage {
  const { id, function: called, extra } = mustBeToolCall(call);
  const { arguments: given, name, ...rest } = called;
  return withoutUndefined({
    id,
    function: withoutUndefined({ arguments: parseArguments(given), name, ...rest }),
    type: 'function',
    ...extra,
  });
}

function withoutUndefined(value: Readonly<Record<string, unknown>>): TemplateMessage {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}
