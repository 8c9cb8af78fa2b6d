import { ChannelReader } from '../../reading/channel.reader.js';
import type { ChannelEvent } from '../../reading/channel.reader.js';
import {
  museFraming,
  museGlimmerRecipients,
  museMarkers,
  museMessage,
  museRecipients,
  toMuseRole,
} from '../../tool/muse/muse.channels.js';
import type { MuseRecipients, MuseRole } from '../../tool/muse/muse.channels.js';
import type {
  AnswerStart,
  ReasoningEvent,
  ReasoningParser,
  ReasoningParserDefinition,
  ReasoningPrompt,
  ReasoningReading,
} from '../reasoning-parser.js';

/**
 * Messages to itself are thoughts, those to the user content. Calls, and all but thoughts when a tool parser reads on, keep their framing: it says which
 * markup is a call.
 */
class MuseReasoningParser implements ReasoningParser {
  private readonly channels: ChannelReader;
  private readonly framed: boolean;
  /** Of the message that has begun; text outside of any is content. */
  private role: MuseRole = 'content';

  constructor(
    { start, framed }: ReasoningReading,
    private readonly recipients: MuseRecipients,
  ) {
    const insideThought = start === 'thought';
    this.channels = new ChannelReader(museFraming, insideThought ? 'message' : 'outside');
    if (insideThought) this.role = 'thought';
    this.framed = framed;
  }

  get reasoning(): boolean {
    return this.role === 'thought';
  }

  push(delta: string): ReasoningEvent[] {
    return this.channels.push(delta).flatMap((event) => this.toEvents(event));
  }

  finish(): ReasoningEvent[] {
    return this.channels.finish({ cutOff: true }).flatMap((event) => this.toEvents(event));
  }

  private toEvents(event: ChannelEvent): ReasoningEvent[] {
    switch (event.type) {
      case 'message-start':
        this.role = toMuseRole(event.header, this.recipients);
        return this.toFraming(event.written);
      case 'text':
        return this.toText(event.text);
      case 'message-end': {
        const framing = this.toFraming(event.written);
        this.role = 'content';
        return framing;
      }
    }
  }

  private toFraming(written: string): ReasoningEvent[] {
    const kept = this.role === 'call' || (this.framed && this.role !== 'thought');
    return kept && written !== '' ? [{ type: 'content-delta', text: written }] : [];
  }

  private toText(text: string): ReasoningEvent[] {
    if (this.role === 'thought') return [{ type: 'reasoning-delta', text }];
    return this.role === 'dropped' && !this.framed ? [] : [{ type: 'content-delta', text }];
  }
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
  create: (reading) => new MuseReasoningParser(reading, museRecipients),
};

export const museSpark1x: ReasoningParserDefinition = { ...muse, name: 'musespark1x', models: [/muse[-_ ]?spark/i] };

/** Muse Glimmer: thinks in messages to itself alone. */
export const museGlimmer: ReasoningParserDefinition = {
  ...muse,
  name: 'muse_glimmer',
  models: [/muse[-_ ]?glimmer/i],
  create: (reading) => new MuseReasoningParser(reading, museGlimmerRecipients),
};
