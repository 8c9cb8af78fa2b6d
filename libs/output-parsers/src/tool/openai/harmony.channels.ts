import { ChannelFraming } from '../../reading/channel.reader.js';
import type { MessageStart } from '../../reading/channel.reader.js';
import type { MessageRole } from '../../reading/message-role.js';

const START = '<|start|>';
const CHANNEL = '<|channel|>';
const MESSAGE = '<|message|>';
const CONSTRAIN = '<|constrain|>';
const ENDS = ['<|end|>', '<|return|>', '<|call|>'];

export const harmonyMarkers = [START, CHANNEL, MESSAGE, CONSTRAIN, ...ENDS];

/**
 * `<|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>…<|call|>`; the recipient may stand in front of the channel too. The
 * prompt ends with the first `<|start|>assistant`, so that an answer begins within a header: of a few words, markers among them.
 */
export const harmonyFraming = new ChannelFraming({
  start: START,
  bareStarts: [CHANNEL],
  bareHeader: /^\s?[\w.=:/|<>-]*(?: [\w.=:/|<>-]*){0,4}$/,
  openers: [MESSAGE],
  ends: ENDS,
});

/** Tools that are the model's own: whoever offers them reads its messages to them. */
const BUILT_IN = ['assistant', 'python', 'browser', 'container'];
const PREFIX = 'functions.';

/** The function that a message calls; undefined: it calls none. */
export function toCalledFunction({ header }: MessageStart): string | undefined {
  const recipient = toRecipient(header);
  if (recipient === undefined) return undefined;
  if (recipient.startsWith(PREFIX)) return recipient.slice(PREFIX.length) || undefined;
  return BUILT_IN.includes(recipient.split('.', 1)[0]) ? undefined : recipient;
}

/** Calls by their recipient, whichever the channel; else thoughts are in `analysis`, and a comment for nobody is content as a final message is. */
export function toHarmonyRole(message: MessageStart): MessageRole {
  if (toCalledFunction(message) !== undefined) return 'call';
  const [, channel = 'final'] = /<\|channel\|>\s*(\w+)/.exec(message.header) ?? [];
  if (channel === 'analysis') return 'thought';
  return channel === 'final' || toRecipient(message.header) === undefined ? 'content' : 'dropped';
}

function toRecipient(header: string): string | undefined {
  return /(?:^|[\s>])to=([^\s<]+)/.exec(header)?.[1];
}
