import type { ReasoningEvent, ReasoningParser } from '../reasoning-parser.js';

/** Takes the label off the beginning of a thought that another parser reads. */
export class WithoutLabel implements ReasoningParser {
  /** The thought so far, while it may be the label; undefined: that is decided. */
  private beginning: string | undefined = '';

  constructor(
    private readonly inner: ReasoningParser,
    private readonly label: string,
  ) {}

  get reasoning(): boolean {
    return this.inner.reasoning;
  }

  push(delta: string): ReasoningEvent[] {
    return this.inner.push(delta).flatMap((event) => this.strip(event));
  }

  finish(): ReasoningEvent[] {
    const events = this.inner.finish().flatMap((event) => this.strip(event));
    return [...events, ...this.release()];
  }

  private strip(event: ReasoningEvent): ReasoningEvent[] {
    if (this.beginning === undefined) return [event];
    if (event.type === 'content-delta') return this.beginning === '' ? [event] : [...this.release(), event];
    this.beginning += event.text;
    if (this.label !== this.beginning && this.label.startsWith(this.beginning)) return [];
    if (this.beginning.startsWith(this.label)) this.beginning = this.beginning.slice(this.label.length);
    return this.release();
  }

  /** What was held back is no label. */
  private release(): ReasoningEvent[] {
    const text = this.beginning ?? '';
    this.beginning = undefined;
    return text === '' ? [] : [{ type: 'reasoning-delta', text }];
  }
}
