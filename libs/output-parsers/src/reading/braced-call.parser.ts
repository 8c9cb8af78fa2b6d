import type { Ending, OfferedFunction, ToolEvent, ToolParser } from '../tool/tool-parser.js';
import { BracedArgumentsReader } from './braced-arguments.reader.js';
import type { ScalarTyping } from './braced-arguments.reader.js';
import { MarkerSplitter } from './marker-splitter.js';
import { TextAroundCalls } from './text-around-calls.js';

/** Longer ones are text: no tool is called like that. */
const MAX_HEADER = 256;
const PREFIX = 'call:';
const BRACKETS: Readonly<Record<string, string>> = { '{': '}', '(': ')' };

export interface BracedCallFormat {
  readonly start: string;
  readonly end: string;
  readonly quote: string;
  readonly typing: ScalarTyping;
  /** What an end marker is where no call is open. */
  readonly strayEnd: 'dropped' | 'text';
}

type State = 'text' | 'header' | 'arguments' | 'closing';

/**
 * Reads calls `<start>call:NAME{…}<end>` between text; `call` may be missing, and the braces may be parentheses. What begins like a call and is none is
 * text again; incomplete at the end, it is dropped.
 */
export class BracedCallParser implements ToolParser {
  private state: State = 'text';
  private buffer = '';
  private reader: BracedArgumentsReader | undefined;
  private calls = 0;
  /** White space behind arguments: layout if the end marker follows. */
  private blank = '';
  private events: ToolEvent[] = [];
  private readonly text = new TextAroundCalls('trimmed');
  private readonly markers: Readonly<Record<State, MarkerSplitter>>;

  constructor(
    private readonly format: BracedCallFormat,
    private readonly tools: readonly OfferedFunction[],
  ) {
    const { start, end, quote, strayEnd } = format;
    this.markers = {
      text: new MarkerSplitter(strayEnd === 'dropped' ? [start, end] : [start]),
      header: new MarkerSplitter([start, end, ...Object.keys(BRACKETS)]),
      arguments: new MarkerSplitter([start, end, quote]),
      closing: new MarkerSplitter([start, end]),
    };
  }

  push(delta: string): ToolEvent[] {
    this.events = [];
    this.buffer += delta;
    while (this.step(false));
    this.emitArguments();
    return this.events;
  }

  finish({ cutOff }: Ending): ToolEvent[] {
    this.events = [];
    // The beginning of a marker at a cut is no part of an argument.
    while (this.step(this.state !== 'arguments' || !cutOff));
    if (this.state === 'header' && !cutOff) this.finishHeader();
    this.say(this.blank);
    this.reader?.cut();
    this.emitArguments();
    this.emitText(this.text.end());
    return this.events;
  }

  /** False when the buffer holds nothing more to decide. */
  private step(last: boolean): boolean {
    const { before, marker, rest } = this.markers[this.state].split(this.buffer, last);
    switch (this.state) {
      case 'text':
        this.say(before);
        this.buffer = rest;
        if (marker === this.format.start) this.state = 'header';
        return marker !== undefined;
      case 'header':
        return this.readHeader(before, marker, rest);
      case 'arguments':
        return this.readArguments(before, marker, rest);
      case 'closing':
        return this.readClosing(before, marker, rest);
    }
  }

  /** The header is left in the buffer until it is certain: what is none is read again, as text. */
  private readHeader(header: string, marker: string | undefined, rest: string): boolean {
    const { start, end } = this.format;
    const name = toName(header);
    const possible = header.length <= MAX_HEADER && (marker === undefined ? mayBecomeName(header) : name !== undefined);
    if (possible && marker === undefined) return false;
    if (possible && marker !== start) {
      this.buffer = rest;
      this.beginCall(name ?? '', BRACKETS[marker ?? ''] ?? '}');
      if (marker === end) this.endCall('text');
      return true;
    }
    if (header.trim() === '' && (marker === start || marker === end)) {
      this.buffer = rest;
      this.state = marker === start ? 'header' : 'text';
      return true;
    }
    this.say(start);
    this.state = 'text';
    return true;
  }

  /** The end of the text ends the name, too. */
  private finishHeader(): void {
    const name = toName(this.buffer);
    if (name === undefined || !this.tools.some((tool) => tool.name === name)) return;
    this.beginCall(name, '}');
    this.endCall('text');
  }

  private readArguments(piece: string, marker: string | undefined, rest: string): boolean {
    const { reader } = this;
    if (!reader) return false;
    const used = reader.read(piece);
    if (reader.ended) {
      this.buffer = this.buffer.slice(used);
      this.endCall('closing');
      return true;
    }
    this.buffer = rest;
    if (marker === this.format.quote) reader.quote();
    else if (marker === this.format.start && reader.quoted) reader.read(marker);
    else if (marker === this.format.start) this.endCall('header');
    else if (marker !== undefined) this.endCall('text');
    return marker !== undefined;
  }

  /** Behind the arguments the end marker is due; what stands in its place is text. */
  private readClosing(before: string, marker: string | undefined, rest: string): boolean {
    if (marker === undefined && before.trim() === '') {
      this.blank += before;
      this.buffer = rest;
      return false;
    }
    this.state = 'text';
    if (marker === this.format.end && before.trim() === '') this.buffer = rest;
    else this.say(this.blank);
    this.blank = '';
    return true;
  }

  private beginCall(name: string, close: string): void {
    this.text.call();
    this.events.push({ type: 'tool-call-start', index: this.calls, name });
    this.calls += 1;
    const schema = this.tools.find((tool) => tool.name === name)?.parameters;
    this.reader = new BracedArgumentsReader(close, schema, this.format.typing);
    this.state = 'arguments';
  }

  private endCall(next: State): void {
    this.reader?.end();
    this.emitArguments();
    this.reader = undefined;
    this.state = next;
  }

  private emitArguments(): void {
    const delta = this.reader?.take();
    if (delta) this.events.push({ type: 'tool-call-delta', index: this.calls - 1, delta });
  }

  private say(text: string): void {
    this.emitText(this.text.text(text));
  }

  private emitText(text: string): void {
    if (text !== '') this.events.push({ type: 'text-delta', text });
  }
}

/** The function that a whole header names; undefined: it is none. */
function toName(header: string): string | undefined {
  const text = header.trim();
  const name = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text.startsWith(':') ? text.slice(1) : undefined;
  return name === undefined || !/^\s*\S+$/.test(name) ? undefined : name.trim();
}

function mayBecomeName(header: string): boolean {
  return PREFIX.startsWith(header.trim()) || toName(header) !== undefined || toName(`${header}x`) !== undefined;
}
