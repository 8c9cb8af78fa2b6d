import type { ReasoningEvent, ReasoningParser } from '../reasoning-parser.js';

/** Drops the white space around a thought that another parser reads: models set their blocks off with newlines, which are no part of either text. */
export class TrimmedThought implements ReasoningParser {
  /** White space that is part of the thought only if more of it follows. */
  private heldBack = '';
  private thoughtHasText = false;
  private place: 'before' | 'in-thought' | 'after-thought' | 'content' = 'before';

  constructor(private readonly inner: ReasoningParser) {}

  get reasoning(): boolean {
    return this.inner.reasoning;
  }

  push(delta: string): ReasoningEvent[] {
    return this.inner.push(delta).flatMap((event) => this.trim(event));
  }

  finish(): ReasoningEvent[] {
    return this.inner.finish().flatMap((event) => this.trim(event));
  }

  private trim({ type, text }: ReasoningEvent): ReasoningEvent[] {
    const trimmed = type === 'reasoning-delta' ? this.trimThought(text) : this.trimContent(text);
    return trimmed === '' ? [] : [{ type, text: trimmed }];
  }

  private trimThought(text: string): string {
    this.place = 'in-thought';
    const all = this.heldBack + text;
    const started = this.thoughtHasText ? all : all.trimStart();
    const shown = started.trimEnd();
    this.heldBack = started.slice(shown.length);
    this.thoughtHasText ||= shown !== '';
    return shown;
  }

  private trimContent(text: string): string {
    if (this.place === 'in-thought') this.place = 'after-thought';
    if (this.place === 'after-thought') text = text.trimStart();
    if (text !== '') this.place = 'content';
    return text;
  }
}
