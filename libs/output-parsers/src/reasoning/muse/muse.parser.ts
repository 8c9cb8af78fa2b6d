import { ChannelReader } from '../../reading/channel.reader.js';
import { UNFILTERED } from '../../reading/text-filter.js';
import {
  museFraming,
  museGlimmerRecipients,
  museMarkers,
  museMessage,
  museRecipients,
  toMuseRole,
} from '../../tool/muse/muse.channels.js';
import type { MuseRecipients } from '../../tool/muse/muse.channels.js';
import { ChannelReasoningParser } from '../channel-reasoning.parser.js';
import type {
  AnswerStart,
  ReasoningParser,
  ReasoningParserDefinition,
  ReasoningPrompt,
  ReasoningReading,
} from '../reasoning-parser.js';

/**
 * Messages to itself are thoughts, those to the user content. Calls, and all but thoughts when a tool parser reads on, keep their framing: it says which
 * markup is a call.
 */
function createParser({ start, framed }: ReasoningReading, recipients: MuseRecipients): ReasoningParser {
  const insideThought = start === 'thought';
  return new ChannelReasoningParser(new ChannelReader(museFraming, insideThought ? 'message' : 'outside'), {
    role: insideThought ? 'thought' : 'content',
    toRole: ({ header }) => toMuseRole(header, recipients),
    framed,
    unreadCalls: 'written',
    filter: UNFILTERED,
  });
}

/** An answer starts inside of a thought only if the prompt ends there. */
function startAfter({ text }: ReasoningPrompt): AnswerStart {
  const opener = `to=self${museMessage}`;
  const opened = text.lastIndexOf(opener);
  return opened >= 0 && !text.includes('<|', opened + opener.length) ? 'thought' : 'undecided';
}

/** Meta's Muse (chat-inputs-and-parsers.md §5): thinks in messages to itself and in those to nobody. */
export const muse: ReasoningParserDefinition = {
  name: 'muse',
  models: [/\bmuse(?![-_ ]?(?:glimmer|spark))/i],
  specialTokens: 'kept',
  markers: () => museMarkers,
  requiredTokens: () => [],
  keepsEmptyDeltas: false,
  startMarkers: [],
  endMarkers: [],
  startAfter,
  create: (reading) => createParser(reading, museRecipients),
};

export const museSpark1x: ReasoningParserDefinition = { ...muse, name: 'musespark1x', models: [/muse[-_ ]?spark/i] };

/** Muse Glimmer: thinks in messages to itself alone. */
export const museGlimmer: ReasoningParserDefinition = {
  ...muse,
  name: 'muse_glimmer',
  models: [/muse[-_ ]?glimmer/i],
  create: (reading) => createParser(reading, museGlimmerRecipients),
};
