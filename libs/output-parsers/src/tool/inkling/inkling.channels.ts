import { ChannelFraming } from '../../reading/channel.reader.js';
import type { MessageRole } from '../../reading/message-role.js';

export const INKLING = {
  model: '<|message_model|>',
  text: '<|content_text|>',
  thinking: '<|content_thinking|>',
  call: '<|content_invoke_tool_json|>',
  toolText: '<|content_invoke_tool_text|>',
  toolError: '<|content_tool_error|>',
  endOfMessage: '<|end_message|>',
  endOfSampling: '<|content_model_end_sampling|>',
};

/**
 * Blocks, each with a marker of its kind: `<|message_model|>` and perhaps a function's name, `<|content_text|>…<|end_message|>`. The prompt ends with the
 * first `<|message_model|>`.
 */
export const inklingFraming = new ChannelFraming({
  start: INKLING.model,
  bareStarts: [],
  bareHeader: /^\s*\S*\s*$/,
  openers: [INKLING.text, INKLING.thinking, INKLING.call, INKLING.toolText, INKLING.toolError],
  ends: [INKLING.endOfMessage, INKLING.endOfSampling],
});

/** Calls as raw text and errors of tools are content too: nobody but the client can read them. */
export function toInklingRole({ opener }: { readonly opener: string }): MessageRole {
  if (opener === INKLING.thinking) return 'thought';
  return opener === INKLING.call ? 'call' : 'content';
}
