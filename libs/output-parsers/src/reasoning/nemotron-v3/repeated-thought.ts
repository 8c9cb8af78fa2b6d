import type { ReasoningEvent, ReasoningParser } from '../reasoning-parser.js';

/** Says the thought again, as content, when the answer ends without any. */
export class RepeatedThought implements ReasoningParser {
  private thought = '';
  private hasContent = false;

  constructor(private readonly inner: ReasoningParser) {}

  get reasoning(): boolean {
    return this.inner.reasoning;
  }

  push(delta: string): ReasoningEvent[] {
    return this.watch(this.inner.push(delta));
  }

  finish(): ReasoningEvent[] {
    const events = this.watch(this.inner.finish());
    const isRepeated = !this.hasContent && this.thought !== '';
    return isRepeated ? [...events, { type: 'content-delta', text: this.thought }] : events;
  }

  private watch(events: ReasoningEvent[]): ReasoningEvent[] {
    for (const { type, text } of events) {
      if (type === 'content-delta') this.hasContent ||= text.trim() !== '';
      else if (!this.hasContent) this.thought += text;
    }
    return events;
  }
}
