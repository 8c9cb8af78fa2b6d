import { ChannelFraming } from '../../reading/channel.reader.js';
import type { MessageRole } from '../../reading/message-role.js';

export const museMessage = '<|message|>';
const START = '<|start|>';

/** `<|start|>assistant to=NAME<|message|>…<|eom|>`; the prompt ends with the first `<|start|>assistant`, `<|eot|>` ends the turn. */
export const museFraming = new ChannelFraming({
  start: START,
  bareStarts: ['to='],
  bareHeader: /^[^\s<]*$/,
  openers: [museMessage],
  ends: ['<|eom|>', '<|eot|>'],
});

export const museMarkers = [START, museMessage, ...museFraming.syntax.ends];

/** By recipient; `nobody`: the header names none. Messages to anyone else call a tool. */
export type MuseRecipients = Readonly<Partial<Record<string, MessageRole>>>;

export const museRecipients: MuseRecipients = {
  self: 'thought',
  nobody: 'thought',
  user: 'content',
  commentary: 'content',
  developer: 'dropped',
};

export const museGlimmerRecipients: MuseRecipients = {
  self: 'thought',
  nobody: 'content',
  user: 'content',
  commentary: 'dropped',
  developer: 'dropped',
};

export function toMuseRole(header: string, recipients: MuseRecipients): MessageRole {
  const [, recipient = 'nobody'] = /(?:^|\s)to=(\S+)/.exec(header) ?? [];
  return Object.hasOwn(recipients, recipient) ? (recipients[recipient] ?? 'call') : 'call';
}
