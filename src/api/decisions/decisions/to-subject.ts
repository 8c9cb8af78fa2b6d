import type { InputMessage } from './dto/decisions-request.dto.js';

/** What the questions are about: the messages' texts, one after the other. */
export function toSubject(input: string | readonly InputMessage[]): string {
  if (typeof input === 'string') return input;
  return input.map(({ content }) => (typeof content === 'string' ? content : joined(content))).join('\n\n');
}

function joined(parts: Exclude<InputMessage['content'], string>): string {
  return parts.map(({ text }) => text).join('\n');
}
