import type { ContentFormat } from './content-format.js';
import type { TemplateMessage } from './to-template-message.js';

/** Renders a conversation; undefined when the template refuses it. */
export type ProbeRender = (messages: readonly TemplateMessage[]) => string | undefined;

const MARK = 'aerieProbe';
/** A list that was printed, not walked through: `{'type': 'text', 'text': 'aerieProbe'}` or its JSON. */
const PRINTED_LIST = new RegExp(`['"]text['"]\\s*:\\s*['"]${MARK}`);

/** Roles whose format a template may decide by itself; the others have the template's. */
export const probedRoles: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant']);

/**
 * What a template that loops over parts somewhere takes from one role. Many walk through the content of users and print that of others, and a
 * list printed as Python prints it spoils the prompt. Where both forms are refused: `openai`.
 */
export function probeContentFormat(role: string, render: ProbeRender): ContentFormat {
  const shows = (content: unknown): boolean =>
    [part('a'), 'a'].some((other) => {
      const text = render(conversation({ role, content }, { role: 'user', content: other }));
      return text?.includes(MARK) === true && !PRINTED_LIST.test(text);
    });
  return !shows(part(MARK)) && shows(MARK) ? 'string' : 'openai';
}

function part(text: string): readonly TemplateMessage[] {
  return [{ type: 'text', text }];
}

/** A place for the message where templates that are strict about turns take it. */
function conversation(message: TemplateMessage, user: TemplateMessage): readonly TemplateMessage[] {
  switch (message.role) {
    case 'user':
      return [message];
    case 'assistant':
      return [user, message, user];
    default:
      return [message, user];
  }
}
