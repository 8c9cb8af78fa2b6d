import { MarkerSplitter } from '../../marker-splitter.js';
import type { ReasoningEvent, ReasoningParser } from '../reasoning-parser.js';

export interface ThinkBlockFormat {
  /** May come anywhere in the thought, or not at all; it is dropped. */
  readonly start: string;
  readonly end: string;
  /** End the thought, and belong to what follows it: the openers of tool calls. */
  readonly interruptions: readonly string[];
}

/** Reads a thought up to its end marker, then content. In content markers are text: the answer may speak of them. */
export class ThinkBlockParser implements ReasoningParser {
  private buffer = '';
  /** The thought was interrupted: its end marker may still follow, and is markup then. */
  private endIsDue = false;
  private readonly thought: MarkerSplitter;
  private readonly lateEnd: MarkerSplitter;

  constructor(
    private readonly format: ThinkBlockFormat,
    public reasoning: boolean,
  ) {
    this.thought = new MarkerSplitter([format.start, format.end, ...format.interruptions]);
    this.lateEnd = new MarkerSplitter([format.end]);
  }

  push(delta: string): ReasoningEvent[] {
    return this.read(delta, false);
  }

  finish(): ReasoningEvent[] {
    return this.read('', true);
  }

  private read(delta: string, last: boolean): ReasoningEvent[] {
    const events: ReasoningEvent[] = [];
    this.buffer += delta;
    while (this.step(events, last));
    return events;
  }

  /** False when the buffer holds nothing more to decide. */
  private step(events: ReasoningEvent[], last: boolean): boolean {
    if (!this.reasoning && !this.endIsDue) {
      if (this.buffer !== '') events.push({ type: 'content-delta', text: this.buffer });
      this.buffer = '';
      return false;
    }
    const { before, marker, rest } = (this.reasoning ? this.thought : this.lateEnd).split(this.buffer, last);
    if (before !== '') events.push({ type: this.reasoning ? 'reasoning-delta' : 'content-delta', text: before });
    this.buffer = rest;
    if (marker === undefined) return false;
    if (marker === this.format.start) return true;
    this.reasoning = false;
    this.endIsDue = marker !== this.format.end;
    if (this.endIsDue) this.buffer = marker + rest;
    return true;
  }
}
