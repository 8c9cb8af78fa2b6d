import type { ChatRenderInput } from '../../chat-template.js';
import { templateVariables } from '../../template-variables.js';
import { functionsOf } from './to-deepseek-messages.js';

/** What of a request decides about thinking, and its functions; from the fields of the request and its `chat_template_kwargs`. */
export interface DeepSeekSettings {
  /** Undefined when nobody said so. */
  readonly thinks: boolean | undefined;
  /** Leave the thoughts of earlier turns out. */
  readonly dropsThoughts: boolean;
  /** As given; absent when null. */
  readonly effort: unknown;
  readonly functions: readonly object[];
}

const read: ReadonlySet<string> = new Set([
  'tools',
  'thinking',
  'enable_thinking',
  'drop_thinking',
  'reasoning_effort',
]);

/** @throws InvalidRequestError for tools that are none */
export function toDeepSeekSettings(input: ChatRenderInput): DeepSeekSettings {
  const { tools, thinking, enable_thinking, drop_thinking, reasoning_effort } = templateVariables(input, read);
  const switches = [thinking, enable_thinking].filter((value) => value !== undefined && value !== null);
  return {
    thinks: switches.length === 0 ? undefined : switches.some(isTrue),
    dropsThoughts: isTrue(drop_thinking ?? true),
    effort: reasoning_effort ?? undefined,
    functions: functionsOf(tools, 'tools'),
  };
}

/** As Python sees it: the empty text, list and object are false. */
function isTrue(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
