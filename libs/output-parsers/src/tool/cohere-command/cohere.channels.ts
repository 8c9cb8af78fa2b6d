import { ChannelFraming } from '../../reading/channel.reader.js';
import type { MessageRole } from '../../reading/message-role.js';

export const COHERE = {
  thinking: '<|START_THINKING|>',
  endOfThinking: '<|END_THINKING|>',
  action: '<|START_ACTION|>',
  response: '<|START_RESPONSE|>',
  text: '<|START_TEXT|>',
  turn: '<|START_OF_TURN_TOKEN|>',
  chatbot: '<|CHATBOT_TOKEN|>',
};

/** Blocks, each between two markers of its kind. */
export const cohereFraming = new ChannelFraming({
  start: undefined,
  bareStarts: [],
  bareHeader: /^$/,
  openers: [COHERE.thinking, COHERE.action, COHERE.response, COHERE.text],
  ends: [
    COHERE.endOfThinking,
    ...['<|END_ACTION|>', '<|END_RESPONSE|>', '<|END_TEXT|>'],
    ...[COHERE.turn, COHERE.chatbot, '<|END_OF_TURN_TOKEN|>'],
  ],
});

export const cohereMarkers = [...cohereFraming.syntax.openers, ...cohereFraming.syntax.ends];

export function toCohereRole({ opener }: { readonly opener: string }): MessageRole {
  if (opener === COHERE.thinking) return 'thought';
  return opener === COHERE.action ? 'call' : 'content';
}
