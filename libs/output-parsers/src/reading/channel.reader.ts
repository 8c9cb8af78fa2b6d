import { TagSplitter } from './tag-splitter.js';

/** How a family frames its messages: `<|start|>assistant to=user<|message|>Hello.<|end|>`. */
interface ChannelSyntax {
  /** Begins a header; undefined: messages have none. */
  readonly start: string | undefined;
  /**
   * Begin a header without `start`: the first of an answer, whose start the prompt ended with, and that of a message behind an unfinished one. They belong
   * to the header.
   */
  readonly bareStarts: readonly string[];
  /** What may stand behind a bare start, or at the beginning of an answer that is in a header; matched from its beginning, as far as it is written. */
  readonly bareHeader: RegExp;
  /** End a header and begin its message. Alone they are headers that say nothing more. */
  readonly openers: readonly string[];
  /** End a message. */
  readonly ends: readonly string[];
}

/** The syntax of a family's messages, made ready to be read: once for all answers. */
export class ChannelFraming {
  readonly inText: TagSplitter;
  readonly inHeader: TagSplitter;

  constructor(readonly syntax: ChannelSyntax) {
    const { start, bareStarts, openers, ends } = syntax;
    const markers = [...(start === undefined ? [] : [start]), ...openers, ...ends];
    this.inText = new TagSplitter([...markers, ...bareStarts]);
    this.inHeader = new TagSplitter(markers);
  }
}

/** A message begins. `header`: what stands between the markers, trimmed; `written`: with the markers. */
export interface MessageStart {
  readonly type: 'message-start';
  readonly header: string;
  readonly opener: string;
  readonly written: string;
}

export type ChannelEvent =
  | MessageStart
  /** A piece of the message that has begun, or text outside of any. */
  | { readonly type: 'text'; readonly text: string }
  /** `written`: the end marker, empty when the next message began without one. */
  | { readonly type: 'message-end'; readonly written: string };

/** Where the prompt ended. */
export type ChannelPosition = 'outside' | 'header' | 'message';

/** In UTF-16 units; what is longer is no header. */
const MAX_HEADER = 256;
/** Longer than a header and any marker behind it. */
const HEADER_WINDOW = 2 * MAX_HEADER;

/**
 * Reads text that consists of messages, each with a header that says whom it is for. Text outside of messages passes through; white space between them is
 * layout. What begins like a header and is none is text.
 */
export class ChannelReader {
  private buffer = '';
  /** What began a header that is not complete. */
  private begun: string | undefined;
  /** White space behind a message or in front of the first: text if text follows. Undefined: in the middle of text. */
  private blank: string | undefined = '';
  private events: ChannelEvent[] = [];

  private insideMessage: boolean;

  constructor(
    private readonly framing: ChannelFraming,
    position: ChannelPosition = 'outside',
  ) {
    this.insideMessage = position === 'message';
    if (position === 'header') this.begun = '';
  }

  push(delta: string): ChannelEvent[] {
    return this.read(delta, false);
  }

  /** `cutOff`: a header that has begun is dropped; otherwise it is text, as is a bare one in the middle of text. */
  finish({ cutOff }: { readonly cutOff: boolean }): ChannelEvent[] {
    const events = this.read('', true);
    if (this.begun === undefined) return events;
    const expected = this.begun === this.framing.syntax.start || (!this.insideMessage && this.blank !== undefined);
    if (!cutOff || !expected || this.begun === '') this.addText(this.begun + this.buffer);
    return events;
  }

  private read(delta: string, last: boolean): ChannelEvent[] {
    this.events = [];
    this.buffer += delta;
    while (this.begun === undefined ? this.readText(last) : this.readHeader(this.begun));
    return this.events;
  }

  /** False when the buffer holds nothing more to decide. */
  private readText(last: boolean): boolean {
    const { before, tag, written, rest } = this.framing.inText.split(this.buffer, last);
    this.addText(before);
    this.buffer = rest;
    if (tag === undefined) return false;
    if (this.framing.syntax.openers.includes(tag)) this.beginMessage('', tag, written);
    else if (this.framing.syntax.ends.includes(tag)) this.endMessage(written);
    else this.begun = written;
    return true;
  }

  private readHeader(begun: string): boolean {
    const { before, tag, written } = this.framing.inHeader.split(this.buffer.slice(0, HEADER_WINDOW), false);
    const bare = begun !== this.framing.syntax.start;
    const possible = before.length <= MAX_HEADER && (!bare || this.framing.syntax.bareHeader.test(before));
    if (possible && tag === undefined) return false;
    this.begun = undefined;
    if (possible && tag !== undefined && this.framing.syntax.openers.includes(tag)) {
      this.beginMessage(bare ? begun + before : before, tag, begun + before + written);
      this.buffer = this.buffer.slice(before.length + written.length);
    } else {
      this.addText(begun);
    }
    return true;
  }

  private beginMessage(header: string, opener: string, written: string): void {
    this.endMessage('');
    this.insideMessage = true;
    this.events.push({ type: 'message-start', header: header.trim(), opener, written });
  }

  private endMessage(written: string): void {
    if (!this.insideMessage) return;
    this.insideMessage = false;
    this.blank = '';
    this.events.push({ type: 'message-end', written });
  }

  private addText(text: string): void {
    if (text === '') return;
    let { blank } = this;
    if (this.insideMessage || blank === undefined) {
      blank = '';
    } else if (text.trim() === '') {
      this.blank = blank + text;
      return;
    } else {
      this.blank = undefined;
    }
    this.events.push({ type: 'text', text: blank + text });
  }
}
