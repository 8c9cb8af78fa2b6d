import type { ChannelFraming } from '../../reading/channel.reader.js';

export const museMessage = '<|message|>';
const START = '<|start|>';

/** `<|start|>assistant to=NAME<|message|>…<|eom|>`; the prompt ends with the first `<|start|>assistant`, `<|eot|>` ends the turn. */
export const museFraming: ChannelFraming = {
  start: START,
  bareStarts: ['to='],
  bareHeader: /^[^\s<]*$/,
  openers: [museMessage],
  ends: ['<|eom|>', '<|eot|>'],
};

export const museMarkers = [START, museMessage, ...museFraming.ends];

/** What a message is, by whom it is for. */
export type MuseRole = 'thought' | 'content' | 'dropped' | 'call';

/** By recipient; `nobody`: the header names none. Messages to anyone else call a tool. */
export type MuseRecipients = Readonly<Partial<Record<string, MuseRole>>>;

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

export function toMuseRole(header: string, recipients: MuseRecipients): MuseRole {
  const [, recipient = 'nobody'] = /(?:^|\s)to=(\S+)/.exec(header) ?? [];
  return Object.hasOwn(recipients, recipient) ? (recipients[recipient] ?? 'call') : 'call';
}
