import { MarkerSplitter } from '../../reading/marker-splitter.js';
import type { AnswerStart, ReasoningEvent, ReasoningParser } from '../reasoning-parser.js';

export interface ThinkBlockFormat {
  /** May come anywhere in the thought, or not at all; it is dropped. */
  readonly start: string;
  readonly end: string;
  /** End the thought, and belong to what follows it: the openers of tool calls. */
  readonly interruptions: readonly string[];
}

/**
 * Reads a thought up to its end marker, then content. In content markers are text: the answer may speak of them. An undecided answer is a thought when it
 * begins with the start marker.
 */
export class ThinkBlockParser implements ReasoningParser {
  private buffer = '';
  /** White space in front of an undecided answer. */
  private blank = '';
  /** The thought was interrupted: its end marker may still follow, and is markup then. */
  private endIsDue = false;
  private readonly thought: MarkerSplitter;
  private readonly lateEnd: MarkerSplitter;

  constructor(
    private readonly format: ThinkBlockFormat,
    private state: AnswerStart,
  ) {
    this.thought = new MarkerSplitter([format.start, format.end, ...format.interruptions]);
    this.lateEnd = new MarkerSplitter([format.end]);
  }

  get reasoning(): boolean {
    return this.state === 'thought';
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
    if (this.state === 'undecided') return this.decide(last);
    if (this.state === 'content' && !this.endIsDue) {
      if (this.buffer !== '') events.push({ type: 'content-delta', text: this.buffer });
      this.buffer = '';
      return false;
    }
    const { before, marker, rest } = (this.reasoning ? this.thought : this.lateEnd).split(this.buffer, last);
    if (before !== '') events.push({ type: this.reasoning ? 'reasoning-delta' : 'content-delta', text: before });
    this.buffer = rest;
    if (marker === undefined) return false;
    if (marker === this.format.start) return true;
    this.state = 'content';
    this.endIsDue = marker !== this.format.end;
    if (this.endIsDue) this.buffer = marker + rest;
    return true;
  }

  /** White space may stand in front of the start marker; it is not part of the thought. */
  private decide(last: boolean): boolean {
    const { start } = this.format;
    this.blank += this.buffer.slice(0, this.buffer.length - this.buffer.trimStart().length);
    this.buffer = this.buffer.trimStart();
    if (this.buffer.startsWith(start)) {
      this.state = 'thought';
      return true;
    }
    if (!last && start.startsWith(this.buffer)) return false;
    this.state = 'content';
    this.buffer = this.blank + this.buffer;
    return true;
  }
}
