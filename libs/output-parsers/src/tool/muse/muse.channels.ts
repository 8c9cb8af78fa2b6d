import type { ChannelFraming } from '../../reading/channel.reader.js';

/** `<|start|>assistant to=NAME<|message|>…<|eom|>`; the prompt ends with the first `<|start|>assistant`, `<|eot|>` ends the turn. */
export const museFraming: ChannelFraming = {
  start: '<|start|>',
  bareStarts: ['to='],
  bareHeader: /^[^\s<]*$/,
  message: '<|message|>',
  ends: ['<|eom|>', '<|eot|>'],
};

export const museMarkers = [museFraming.start, museFraming.message, ...museFraming.ends];

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
