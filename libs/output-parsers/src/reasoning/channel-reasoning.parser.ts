import type { ChannelEvent, ChannelReader, MessageStart } from '../reading/channel.reader.js';
import type { MessageRole } from '../reading/message-role.js';
import type { TextFilter } from '../reading/text-filter.js';
import type { ReasoningEvent, ReasoningParser } from './reasoning-parser.js';

export interface ChannelReasoning {
  /** Of the message that the prompt ended within, or of text that is in none. */
  readonly role: MessageRole;
  toRole(message: MessageStart): MessageRole;
  /** A tool parser reads on: all but thoughts keeps its framing. */
  readonly framed: boolean;
  /** Of calls that no tool parser reads: all, all but the header, or nothing. */
  readonly unreadCalls: 'written' | 'without-header' | 'dropped';
  /** Cleans the text of messages, each by itself; what a tool parser reads on is cleaned there. */
  readonly filter: TextFilter;
}

/** Tells thoughts from content by the messages that they stand in. */
export class ChannelReasoningParser implements ReasoningParser {
  private role: MessageRole;

  constructor(
    private readonly channels: ChannelReader,
    private readonly format: ChannelReasoning,
  ) {
    this.role = format.role;
  }

  get reasoning(): boolean {
    return this.role === 'thought';
  }

  push(delta: string): ReasoningEvent[] {
    return this.channels.push(delta).flatMap((event) => this.toEvents(event));
  }

  finish(): ReasoningEvent[] {
    const events = this.channels.finish({ cutOff: true }).flatMap((event) => this.toEvents(event));
    return [...events, ...this.endText()];
  }

  private toEvents(event: ChannelEvent): ReasoningEvent[] {
    switch (event.type) {
      case 'message-start': {
        const rest = this.endText();
        this.role = this.format.toRole(event);
        const framing =
          this.format.unreadCalls === 'without-header' && !this.format.framed ? event.opener : event.written;
        return [...rest, ...this.toFraming(framing)];
      }
      case 'text':
        return this.toText(event.text);
      case 'message-end': {
        const events = [...this.endText(), ...this.toFraming(event.written)];
        this.role = 'content';
        return events;
      }
    }
  }

  private toFraming(written: string): ReasoningEvent[] {
    const { framed, unreadCalls } = this.format;
    const kept = framed ? this.role !== 'thought' : this.role === 'call' && unreadCalls !== 'dropped';
    return kept && written !== '' ? [{ type: 'content-delta', text: written }] : [];
  }

  private toText(text: string): ReasoningEvent[] {
    return this.tell(this.isCleaned() ? this.format.filter.push(text) : text);
  }

  /** The text of a message, or the text outside of any, ends. */
  private endText(): ReasoningEvent[] {
    return this.isCleaned() ? this.tell(this.format.filter.finish()) : [];
  }

  private isCleaned(): boolean {
    return this.role === 'thought' || (this.role === 'content' && !this.format.framed);
  }

  private tell(text: string): ReasoningEvent[] {
    const { framed, unreadCalls } = this.format;
    if (text === '') return [];
    if (this.role === 'thought') return [{ type: 'reasoning-delta', text }];
    const dropped = this.role === 'dropped' || (this.role === 'call' && unreadCalls === 'dropped');
    return dropped && !framed ? [] : [{ type: 'content-delta', text }];
  }
}
