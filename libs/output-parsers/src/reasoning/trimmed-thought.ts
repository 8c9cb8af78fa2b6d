import type { ReasoningEvent, ReasoningParser } from './reasoning-parser.js';

export interface Trimming {
  /** White space in front of the thought is dropped, too. */
  readonly thoughtStart?: boolean;
  /** What is dropped in front of the first content. */
  readonly contentStart?: 'newlines' | 'white-space';
}

/**
 * Drops the white space behind a thought that another parser reads, and what else `trimming` says: models set their blocks off with newlines, which are
 * part of neither text.
 */
export class TrimmedThought implements ReasoningParser {
  /** White space that is part of the thought only if more of it follows. */
  private heldBack = '';
  private thoughtHasText = false;
  private contentHasText = false;

  constructor(
    private readonly inner: ReasoningParser,
    private readonly trimming: Trimming = {},
  ) {}

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
    const solid = text.trimEnd();
    const blank = this.heldBack;
    if (solid === '') {
      this.heldBack += text;
      return '';
    }
    this.heldBack = text.slice(solid.length);
    const isFirst = !this.thoughtHasText;
    this.thoughtHasText = true;
    return isFirst && this.trimming.thoughtStart ? solid.trimStart() : blank + solid;
  }

  /** Only behind a thought is white space its layout. */
  private trimContent(text: string): string {
    const { contentStart } = this.trimming;
    const followsThought = this.thoughtHasText || this.heldBack !== '';
    if (this.contentHasText || !contentStart || !followsThought) {
      this.contentHasText = true;
      return text;
    }
    const trimmed = contentStart === 'newlines' ? text.replace(/^\n+/, '') : text.trimStart();
    this.contentHasText = trimmed !== '';
    return trimmed;
  }
}
