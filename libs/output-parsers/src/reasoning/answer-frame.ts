import { MarkerSplitter } from '../reading/marker-splitter.js';
import type { ReasoningEvent, ReasoningParser } from './reasoning-parser.js';

/** Marks around the content of an answer. */
export interface Frame {
  /** The first word of the content; undefined: the reader of the thought takes it. */
  readonly open?: string;
  readonly close: string;
}

/** Takes the content that another parser reads out of its frame; without the opening mark all is content. */
export class AnswerFrame implements ReasoningParser {
  private buffer = '';
  private place: 'before' | 'inside' | 'behind';
  private readonly closes: MarkerSplitter;

  constructor(
    private readonly inner: ReasoningParser,
    private readonly frame: Frame,
  ) {
    this.place = frame.open === undefined ? 'inside' : 'before';
    this.closes = new MarkerSplitter([frame.close]);
  }

  get reasoning(): boolean {
    return this.inner.reasoning;
  }

  push(delta: string): ReasoningEvent[] {
    return this.inner.push(delta).flatMap((event) => this.unwrap(event));
  }

  finish(): ReasoningEvent[] {
    const events = this.inner.finish().flatMap((event) => this.unwrap(event));
    return [...events, ...toContent(this.read('', true))];
  }

  private unwrap(event: ReasoningEvent): ReasoningEvent[] {
    return event.type === 'content-delta' ? toContent(this.read(event.text, false)) : [event];
  }

  private read(delta: string, last: boolean): string {
    this.buffer += delta;
    if (this.place === 'before') this.open(last);
    if (this.place === 'before') return '';
    if (this.place === 'behind') return this.take();
    const { before, marker, rest } = this.closes.split(this.buffer, last);
    this.buffer = rest;
    if (marker === undefined) return before;
    this.place = 'behind';
    return before + this.take();
  }

  private open(last: boolean): void {
    const { open = '' } = this.frame;
    const text = this.buffer.trimStart();
    if (text.startsWith(open)) {
      this.buffer = text.slice(open.length);
      this.place = 'inside';
    } else if (last || !open.startsWith(text)) {
      this.place = 'behind';
    }
  }

  private take(): string {
    const text = this.buffer;
    this.buffer = '';
    return text;
  }
}

function toContent(text: string): ReasoningEvent[] {
  return text === '' ? [] : [{ type: 'content-delta', text }];
}
