import type { Ending, ToolEvent } from '../tool/tool-parser.js';
import { TrailingSpace } from './trailing-space.js';

/** What stands in front of the arguments of a call. */
export interface CallHeader {
  readonly name: string;
  /** The one that the model wrote itself. */
  readonly id?: string;
}

/**
 * Writes down what a tool parser reads, and keeps the rules that all formats share: calls are counted from 0, white space alone next to a call is layout,
 * white space around arguments is no part of them, and a call that came to its end without arguments has `{}`.
 */
export class CallWriter {
  private events: ToolEvent[] = [];
  private calls = 0;
  /** White space that is text only if text follows it. */
  private blank = '';
  private textHasBegun: boolean;
  private space = new TrailingSpace();
  private argumentsHaveBegun = false;
  private open = false;

  /** `saysLeadingSpace`: white space in front of the first call is text, as it comes. */
  constructor({ saysLeadingSpace = false }: { readonly saysLeadingSpace?: boolean } = {}) {
    this.textHasBegun = saysLeadingSpace;
  }

  text(piece: string): void {
    if (!this.textHasBegun && piece.trim() === '') {
      this.blank += piece;
      return;
    }
    if (piece === '') return;
    this.textHasBegun = true;
    this.events.push({ type: 'text-delta', text: this.blank + piece });
    this.blank = '';
  }

  thought(piece: string): void {
    if (piece !== '') this.events.push({ type: 'reasoning-delta', text: piece });
  }

  /** Ends the call before it, if that is still open. */
  start({ name, id }: CallHeader): void {
    this.end();
    this.blank = '';
    this.textHasBegun = false;
    this.space = new TrailingSpace();
    this.argumentsHaveBegun = false;
    this.open = true;
    this.events.push({ type: 'tool-call-start', index: this.calls, name, ...(id !== undefined && { id }) });
    this.calls += 1;
  }

  /** The next piece of the open call's arguments, as the model wrote it. */
  argument(piece: string): void {
    const delta = this.space.add(this.argumentsHaveBegun ? piece : piece.trimStart());
    if (delta === '') return;
    this.argumentsHaveBegun = true;
    this.events.push({ type: 'tool-call-delta', index: this.calls - 1, delta });
  }

  end(): void {
    if (this.open && !this.argumentsHaveBegun) this.argument('{}');
    this.open = false;
  }

  /** The text ends: an open call ends with it, unless it was cut off. White space is an answer if nothing else is. */
  finish({ cutOff }: Ending): void {
    if (!cutOff) this.end();
    if (this.calls === 0 && this.blank !== '') this.events.push({ type: 'text-delta', text: this.blank });
  }

  /** What was written since the last time. */
  take(): ToolEvent[] {
    const { events } = this;
    this.events = [];
    return events;
  }
}
