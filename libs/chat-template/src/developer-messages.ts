import type { TemplateMessage } from './to-template-message.js';

/** Does a template speak of developers? (as vLLM decides it) */
export function knowsDevelopers(source: string): boolean {
  return source.includes('"developer"') || source.includes("'developer'");
}

/**
 * For templates that know no developer: each becomes a system message, and several system messages become one at the start, since most templates
 * refuse a system message anywhere else. Without a developer nothing changes.
 */
export function withoutDevelopers(messages: readonly TemplateMessage[]): readonly TemplateMessage[] {
  if (!messages.some(({ role }) => role === 'developer')) return messages;
  return withOneSystemMessage(messages.map(toSystem));
}

function toSystem(message: TemplateMessage): TemplateMessage {
  if (message.role !== 'developer') return message;
  const { tools: _tools, ...rest } = message;
  return { ...rest, role: 'system' };
}

function withOneSystemMessage(messages: readonly TemplateMessage[]): readonly TemplateMessage[] {
  const isSystem = ({ role }: TemplateMessage) => role === 'system';
  const system = messages.filter(isSystem);
  if (system.length === 1 && isSystem(messages[0])) return messages;
  const texts = system.map(({ content }) => textOf(content)).filter((text) => text !== '');
  return [{ role: 'system', content: texts.join('\n\n') }, ...messages.filter((message) => !isSystem(message))];
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return String(content);
  const parts = content as readonly TemplateMessage[];
  return parts.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])).join('\n');
}
