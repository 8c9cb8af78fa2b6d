import { MarkerSplitter } from '../../reading/marker-splitter.js';
import type { AnswerStart, ReasoningEvent, ReasoningParser } from '../reasoning-parser.js';

export interface ThinkBlockFormat {
  /** Any of them opens the thought, and is dropped. */
  readonly starts: readonly string[];
  /** Any of them ends the thought, and is dropped. */
  readonly ends: readonly string[];
  /** End the thought, and belong to what follows it: the openers of tool calls. */
  readonly interruptions?: readonly string[];
  /** What a start marker is inside the thought: dropped again, or text once the first one is read. */
  readonly repeatedStart: 'dropped' | 'text';
  /** Where an undecided answer may open its thought: as its first word only, or behind content. Default `first-word`. */
  readonly opening?: 'first-word' | 'anywhere';
  /** What an end marker is in an undecided answer that has content already. Default text. */
  readonly strayEnd?: 'dropped' | 'text';
}

/**
 * Reads a thought up to its end marker, then content. In content markers are text: the answer may speak of them. An undecided answer is content until
 * it opens a thought.
 */
export class ThinkBlockParser implements ReasoningParser {
  private buffer = '';
  /** White space in front of an undecided answer. */
  private blank = '';
  /** The thought was interrupted: its end marker may still follow, and is markup then. */
  private endIsDue = false;
  private readonly beforeThought: MarkerSplitter;
  private readonly afterThought: MarkerSplitter;
  private inThought: MarkerSplitter;

  constructor(
    private readonly format: ThinkBlockFormat,
    private state: AnswerStart,
  ) {
    const { starts, ends, interruptions = [], strayEnd } = format;
    this.beforeThought = new MarkerSplitter([...starts, ...interruptions, ...(strayEnd === 'dropped' ? ends : [])]);
    this.inThought = new MarkerSplitter([...starts, ...ends, ...interruptions]);
    this.afterThought = new MarkerSplitter(ends);
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
    if (this.state === 'undecided' && this.format.opening !== 'anywhere') return this.decide(last);
    if (this.state === 'content' && !this.endIsDue) {
      if (this.buffer !== '') events.push({ type: 'content-delta', text: this.buffer });
      this.buffer = '';
      return false;
    }
    const { before, marker, rest } = this.markers.split(this.buffer, last);
    if (before !== '') events.push({ type: this.reasoning ? 'reasoning-delta' : 'content-delta', text: before });
    this.buffer = rest;
    if (marker !== undefined) this.readMarker(marker);
    return marker !== undefined;
  }

  private get markers(): MarkerSplitter {
    if (this.state === 'undecided') return this.beforeThought;
    return this.reasoning ? this.inThought : this.afterThought;
  }

  private readMarker(marker: string): void {
    const { starts, ends, interruptions = [], repeatedStart } = this.format;
    if (starts.includes(marker)) {
      this.state = 'thought';
      if (repeatedStart === 'text') this.inThought = new MarkerSplitter([...ends, ...interruptions]);
      return;
    }
    this.endIsDue = this.reasoning && !ends.includes(marker);
    this.state = 'content';
    if (interruptions.includes(marker)) this.buffer = marker + this.buffer;
  }

  /** White space may stand in front of the start marker; it is not part of the thought. */
  private decide(last: boolean): boolean {
    const { starts } = this.format;
    const text = this.buffer.trimStart();
    this.blank += this.buffer.slice(0, this.buffer.length - text.length);
    this.buffer = text;
    if (starts.some((start) => text.startsWith(start))) {
      this.state = 'thought';
      return true;
    }
    if (!last && starts.some((start) => start.startsWith(text))) return false;
    this.state = 'content';
    this.buffer = this.blank + text;
    return true;
  }
}
