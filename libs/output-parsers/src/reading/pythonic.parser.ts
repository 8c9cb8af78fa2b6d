import type { Ending, ToolEvent, ToolParser } from '../tool/tool-parser.js';
import { MarkerSplitter } from './marker-splitter.js';
import { readPythonCalls } from './python-calls.js';
import type { CallLayout } from './python-calls.js';
import { TextAroundCalls } from './text-around-calls.js';

/** As much of a text as is looked at to see whether it begins like calls. */
const MAX_HEAD = 512;
/** What `NAME(` or `NAME(PARAMETER=` may still become. */
const CALL = String.raw`[\p{L}_][\p{L}\p{N}_.]*\s*(?:$|\((?:\s*$|\s*\)|\s*[\p{L}_][\p{L}\p{N}_]*\s*(?:$|=)|\s*["']))`;
/** Told from a word of prose: what was cut off behind this was going to be a call. */
const ARGUMENTS = /\(\s*(?:\)|[\p{L}_][\p{L}\p{N}_]*\s*=)/u;
const BEGINNINGS: Readonly<Record<CallLayout, RegExp>> = {
  list: new RegExp(String.raw`^\s*(?:$|\[\s*(?:$|${CALL}))`, 'u'),
  sequence: new RegExp(String.raw`^\s*(?:$|${CALL})`, 'u'),
};

/** Where a family of models writes its Python calls, and how. */
export interface PythonicFormat {
  readonly layout: CallLayout;
  /** Around calls, anywhere in the text. */
  readonly block?: {
    readonly open: string;
    readonly close: string;
    /** What its markers are when no calls stand between them. */
    readonly otherwise: 'text' | 'dropped';
  };
  /** An answer that is calls and nothing else is those calls. */
  readonly bare: boolean;
  /** The model may write its calls twice: a list behind a block, closed once more, is dropped. */
  readonly echoes: boolean;
  /** See `readPythonCalls`. */
  readonly repairs: boolean;
}

/** The markers of a format. */
export function markersOf({ block }: PythonicFormat): string[] {
  return block ? [block.open, block.close] : [];
}

/** Text that may be calls, and what it stands in: a block, nothing, or the place of an echo. */
interface Candidate {
  readonly kind: 'block' | 'bare' | 'echo';
  text: string;
}

/**
 * Reads Python calls, `[f(a=1), g()]` (chat-inputs-and-parsers.md §4.2). They are calls only if all that stands there is: until that is certain nothing
 * of them goes out, and otherwise they are text. Of what was cut off the calls that are complete are done.
 */
export class PythonicParser implements ToolParser {
  private buffer = '';
  private candidate: Candidate | undefined;
  private calls = 0;
  private events: ToolEvent[] = [];
  private readonly text = new TextAroundCalls('trimmed');
  private readonly markers: MarkerSplitter | undefined;

  constructor(private readonly format: PythonicFormat) {
    this.markers = format.block && new MarkerSplitter([format.block.open, format.block.close]);
    if (format.bare) this.candidate = { kind: 'bare', text: '' };
  }

  push(delta: string): ToolEvent[] {
    this.events = [];
    this.buffer += delta;
    while (this.step(false));
    return this.events;
  }

  finish({ cutOff }: Ending): ToolEvent[] {
    this.events = [];
    while (this.step(true));
    if (this.candidate && this.candidate.kind !== 'echo') this.readCalls(this.candidate, cutOff, '');
    else this.release();
    this.emitText(this.text.end());
    return this.events;
  }

  /** False when the buffer holds nothing more to decide. */
  private step(last: boolean): boolean {
    const { before, marker, rest } = this.markers
      ? this.markers.split(this.buffer, last)
      : { before: this.buffer, marker: undefined, rest: '' };
    this.buffer = rest;
    if (before !== '') this.readBetween(before);
    if (marker === undefined) return false;
    if (marker === this.format.block?.open) this.openBlock();
    else this.closeBlock(marker);
    return true;
  }

  private readBetween(text: string): void {
    const { candidate } = this;
    if (!candidate) {
      this.say(text);
      return;
    }
    const passed = candidate.text.length > MAX_HEAD;
    candidate.text += text;
    if (!passed && !BEGINNINGS[this.format.layout].test(candidate.text.slice(0, MAX_HEAD))) this.release();
  }

  private openBlock(): void {
    this.release();
    this.candidate = { kind: 'block', text: '' };
  }

  private closeBlock(marker: string): void {
    const { candidate } = this;
    this.candidate = undefined;
    if (candidate && candidate.kind !== 'echo') this.readCalls(candidate, false, marker);
    else if (this.calls === 0 && this.format.block?.otherwise === 'text') this.say(marker);
  }

  /** What was taken for calls is text. */
  private release(): void {
    const { candidate } = this;
    this.candidate = undefined;
    if (candidate) this.say(this.opener(candidate) + candidate.text);
  }

  private opener({ kind }: Candidate): string {
    const { block } = this.format;
    return kind === 'block' && block?.otherwise === 'text' ? block.open : '';
  }

  private readCalls(candidate: Candidate, cutOff: boolean, closer: string): void {
    const { layout, repairs, echoes, block } = this.format;
    const { calls, complete } = readPythonCalls(candidate.text, layout, repairs);
    const begun = cutOff && (candidate.kind === 'block' || ARGUMENTS.test(candidate.text.slice(0, MAX_HEAD)));
    if (!complete && !begun) {
      this.say(this.opener(candidate) + candidate.text + (block?.otherwise === 'text' ? closer : ''));
      return;
    }
    this.text.call();
    for (const { name, arguments: delta } of calls) {
      const index = this.calls;
      this.events.push({ type: 'tool-call-start', index, name }, { type: 'tool-call-delta', index, delta });
      this.calls += 1;
    }
    if (echoes) this.candidate = { kind: 'echo', text: '' };
  }

  private say(text: string): void {
    this.emitText(this.text.text(text));
  }

  private emitText(text: string): void {
    if (text !== '') this.events.push({ type: 'text-delta', text });
  }
}
