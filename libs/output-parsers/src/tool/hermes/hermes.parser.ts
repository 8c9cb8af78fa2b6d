import { MarkerSplitter } from '../../reading/marker-splitter.js';
import type { Ending, ToolEvent, ToolParser, ToolParserDefinition } from '../tool-parser.js';
import { CallObjectReader } from './call-object.reader.js';
import { hermesStructuralTag } from './hermes.structural-tag.js';

const START = '<tool_call>';
const END = '</tool_call>';
const starts = new MarkerSplitter([START]);

type Mode = 'text' | 'call' | 'closing' | 'text-only';

/**
 * `<tool_call>{"name": "f", "arguments": {…}}</tool_call>`, any number of them between text. White space between calls is layout. A block that turns
 * out to be no call is text, and so is all that follows it: of several calls that belong together, none is done behind a broken one.
 */
class HermesParser implements ToolParser {
  private mode: Mode = 'text';
  private buffer = '';
  private call: CallObjectReader | undefined;
  private calls = 0;
  /** The block so far, marker included, while it may still be text. */
  private block = '';
  /** White space behind a call: layout if another call follows, or nothing. */
  private blank = '';
  private afterCall = false;
  private events: ToolEvent[] = [];

  push(delta: string): ToolEvent[] {
    return this.read(delta, false);
  }

  finish({ cutOff }: Ending): ToolEvent[] {
    const events = this.read('', true);
    const unfinished = this.mode === 'call' && this.call?.started === false;
    return unfinished && !cutOff ? [...events, { type: 'text-delta', text: this.blank + this.block }] : events;
  }

  private read(delta: string, last: boolean): ToolEvent[] {
    this.buffer += delta;
    this.events = [];
    while (this.step(last));
    return this.events;
  }

  /** False when the buffer holds nothing more to decide. */
  private step(last: boolean): boolean {
    switch (this.mode) {
      case 'text':
        return this.readText(last);
      case 'call':
        return this.readCall();
      case 'closing':
        return this.readClosing(last);
      case 'text-only':
        this.emitText(this.buffer);
        this.buffer = '';
        return false;
    }
  }

  private readText(last: boolean): boolean {
    const { before, marker, rest } = starts.split(this.buffer, last);
    if (this.afterCall && before.trim() === '') {
      this.blank += before;
    } else {
      this.emitText(this.blank + before);
      this.blank = '';
      this.afterCall = false;
    }
    this.buffer = rest;
    if (marker === undefined) return false;
    this.block = marker;
    this.call = this.createReader();
    this.mode = 'call';
    return true;
  }

  private createReader(): CallObjectReader {
    const index = this.calls;
    let space = '';
    return new CallObjectReader({
      start: (name) => {
        this.calls += 1;
        this.blank = '';
        this.events.push({ type: 'tool-call-start', index, name });
      },
      // White space waits for what follows it, as vLLM's stream has it: a call that is cut off ends without.
      argument: (text) => {
        const delta = (space + text).trimEnd();
        space = (space + text).slice(delta.length);
        if (delta !== '') this.events.push({ type: 'tool-call-delta', index, delta });
      },
    });
  }

  private readCall(): boolean {
    const { call } = this;
    if (!call || this.buffer === '') return false;
    const end = call.read(this.buffer);
    if (!call.started) this.block += this.buffer.slice(0, end);
    this.buffer = this.buffer.slice(end);
    if (call.state === 'reading') return false;
    if (!call.started) {
      this.emitText(this.blank + this.block);
      this.mode = 'text-only';
    } else {
      this.mode = 'closing';
    }
    return true;
  }

  /** What stands between the object and its end marker, or in the marker's place, is text. */
  private readClosing(last: boolean): boolean {
    const text = this.buffer.trimStart();
    this.blank += this.buffer.slice(0, this.buffer.length - text.length);
    this.buffer = text;
    const closed = text.startsWith(END);
    if (!closed && END.startsWith(text)) {
      if (last) this.buffer = '';
      return false;
    }
    if (closed) {
      this.buffer = text.slice(END.length);
      this.blank = '';
    }
    this.mode = 'text';
    this.afterCall = true;
    return true;
  }

  private emitText(text: string): void {
    if (text !== '') this.events.push({ type: 'text-delta', text });
  }
}

/** NousResearch's Hermes format, used by Qwen 2.5 and 3 and many fine-tunes (chat-inputs-and-parsers.md §4.2). */
export const hermes: ToolParserDefinition = {
  name: 'hermes',
  models: [/hermes/i, /qwen(2\.5|3)/i],
  specialTokens: 'kept-with-tools',
  markers: () => [START, END],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: () => new HermesParser(),
  structuralTag: hermesStructuralTag(START, END),
};
