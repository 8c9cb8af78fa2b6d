import { MarkerSplitter } from '../../reading/marker-splitter.js';
import type { ReasoningEvent, ReasoningParser } from '../reasoning-parser.js';
import { EscapedNewlines } from './escaped-newlines.js';

const SILENT = ['<|im_end|>', ...[12, 13, 14, 15].flatMap((n) => [`<|reserved_${n}|>`, `<reserved_${n}>`])];
const CALL = '<tool_call>';
const CALL_END = '</tool_call>';

export interface Cleaning {
  /** The thought is not told. */
  readonly dropsThought: boolean;
  /** Tool calls in the content stay as they are: escapes in their arguments are the arguments' own. */
  readonly keepsCalls: boolean;
}

/** Writes newlines where the model wrote their escapes, and drops its silent tokens. Thought and content are texts of their own. */
export class CleanedAnswer implements ReasoningParser {
  private readonly thought = new CleanedText(false);
  private readonly content: CleanedText;

  constructor(
    private readonly inner: ReasoningParser,
    private readonly cleaning: Cleaning,
  ) {
    this.content = new CleanedText(cleaning.keepsCalls);
  }

  get reasoning(): boolean {
    return this.inner.reasoning;
  }

  push(delta: string): ReasoningEvent[] {
    return this.inner.push(delta).flatMap((event) => this.clean(event));
  }

  finish(): ReasoningEvent[] {
    const events = this.inner.finish().flatMap((event) => this.clean(event));
    return [...events, ...this.tellThought('', true), ...toEvents('content-delta', this.content.read('', true))];
  }

  private clean({ type, text }: ReasoningEvent): ReasoningEvent[] {
    if (type === 'reasoning-delta') return this.tellThought(text, false);
    return [...this.tellThought('', true), ...toEvents(type, this.content.read(text, false))];
  }

  private tellThought(delta: string, last: boolean): ReasoningEvent[] {
    const text = this.thought.read(delta, last);
    return this.cleaning.dropsThought ? [] : toEvents('reasoning-delta', text);
  }
}

function toEvents(type: ReasoningEvent['type'], text: string): ReasoningEvent[] {
  return text === '' ? [] : [{ type, text }];
}

class CleanedText {
  private buffer = '';
  private insideCall = false;
  private readonly newlines = new EscapedNewlines();
  private readonly outside: MarkerSplitter;
  private readonly inside = new MarkerSplitter([CALL_END]);

  constructor(keepsCalls: boolean) {
    this.outside = new MarkerSplitter(keepsCalls ? [...SILENT, CALL] : SILENT);
  }

  /** `last`: no text follows. */
  read(delta: string, last: boolean): string {
    this.buffer += delta;
    const pieces: string[] = [];
    for (;;) {
      const { before, marker, rest } = (this.insideCall ? this.inside : this.outside).split(this.buffer, last);
      this.buffer = rest;
      pieces.push(this.insideCall ? before : this.newlines.read(before, last || marker === CALL));
      if (marker === undefined) return pieces.join('');
      if (marker === CALL || marker === CALL_END) {
        pieces.push(marker);
        this.insideCall = marker === CALL;
      }
    }
  }
}
