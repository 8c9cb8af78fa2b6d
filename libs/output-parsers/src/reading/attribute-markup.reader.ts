import type { CallHeader } from './call-writer.js';
import { readAttributes } from './attribute-markup.js';
import type { AttributeMarkup, Attributes } from './attribute-markup.js';
import { CallObjectReader } from './json/call-object.reader.js';
import type { CallObjectFormat } from './json/call-object.reader.js';
import type { TagSplit } from './tag-splitter.js';

/** Hears of everything in the order in which it stands in the text, each as soon as it is certain. */
export interface MarkupListener {
  /** A piece of the text outside of calls. */
  text(text: string): void;
  /** A call begins. */
  beginCall(attributes: Attributes): CallVerdict;
  beginParameter(attributes: Attributes): void;
  /** A piece of the value begun last; of the call, where calls have no parameters. */
  value(text: string): void;
  endParameter(): void;
  endCall(): void;
  /** A call that is JSON begins; what it gives says the same as of any other call. */
  beginJsonCall(header: CallHeader): CallVerdict;
  /** A piece of the JSON text of its arguments. */
  jsonArgument(text: string): void;
}

/** `dropped`: to the end of the call; `text`: it is none, but dropped all the same where it follows one in its block. */
export type CallVerdict = 'call' | 'dropped' | 'text';

/** In UTF-16 units; an opening tag that is longer is none. */
const MAX_TAG = 1024;
/** Longer than a tag and what ends it: how far its end is looked for. */
const TAG_WINDOW = 2 * MAX_TAG;

type Mode =
  'text' | 'block' | 'between' | 'json' | 'call-tag' | 'call' | 'parameter-tag' | 'value' | 'verbatim' | 'thought';

/**
 * Reads calls whose names stand in attributes. What begins like a call and is none is text, as is a block that does not begin with a call. A missing end
 * tag is made up for by the next tag that cannot stand there. White space between the calls of a block is layout.
 */
export class AttributeMarkupReader {
  private mode: Mode = 'text';
  private buffer = '';
  /** The block that the text is in, and whether a call stood in it. */
  private block: 'none' | 'empty' | 'called' = 'none';
  /** Markup and white space that are text again if no call follows. */
  private pending = '';
  /** There is text since the last tag of the block. */
  private saysText = false;
  /** A call that is JSON. */
  private json: CallObjectReader | undefined;
  private jsonVerdict: CallVerdict = 'text';
  /** Text is dropped. */
  private isSilent = false;
  /** The call is dropped. */
  private drops = false;

  constructor(
    private readonly markup: AttributeMarkup,
    private readonly listener: MarkupListener,
  ) {}

  push(text: string): void {
    this.buffer += text;
    while (this.step(false));
  }

  /** `cutOff`: markup that has begun is dropped; otherwise it is text. A value without an end is left open, a call without one is ended. */
  finish({ cutOff }: { readonly cutOff: boolean }): void {
    while (this.step(this.isInText()));
    if (this.mode === 'value' || this.mode === 'verbatim') {
      if (!cutOff) this.addValue(this.buffer);
      if (!this.markup.declaration.parameter) this.endCall();
    } else if (this.mode === 'call' || this.mode === 'parameter-tag') this.endCall();
    else if (!cutOff) this.addText(this.undecided());
  }

  /** What surrounds the text ended here: so does all that is open in it. Another text may follow. */
  close(): void {
    while (this.step(this.isInText()));
    if (this.mode === 'value' || this.mode === 'verbatim') {
      this.addValue(this.buffer);
      this.endValue();
    }
    if (this.mode === 'call' || this.mode === 'parameter-tag') this.endCall();
    else this.addText(this.undecided());
    this.buffer = '';
    this.json = undefined;
    this.leaveBlock();
  }

  private isInText(): boolean {
    return this.mode === 'text' || this.mode === 'thought';
  }

  /** False when the buffer holds nothing more to decide. */
  private step(last: boolean): boolean {
    const { markup, buffer } = this;
    switch (this.mode) {
      case 'text':
        return this.readText(markup.inText.split(buffer, last));
      case 'thought':
        return this.readThought(markup.inThought.split(buffer, last));
      case 'block':
      case 'between':
        return this.readBlock(markup.inBlock.split(buffer, false));
      case 'json':
        return this.readJson();
      case 'call-tag':
      case 'parameter-tag':
        return this.readTag(markup.inTag.split(buffer.slice(0, TAG_WINDOW), false));
      case 'call':
        return this.readCall(markup.inCall.split(buffer, false));
      case 'value':
        return this.readValue(markup.inValue.split(buffer, false));
      case 'verbatim':
        return this.readVerbatim(markup.inVerbatim.split(buffer, false));
    }
  }

  private readText({ before, tag, written, rest }: TagSplit): boolean {
    this.addText(before);
    this.buffer = rest;
    if (tag !== undefined) this.enter(tag, written);
    return tag !== undefined;
  }

  private readThought({ before, tag, written, rest }: TagSplit): boolean {
    this.addText(before + written);
    this.buffer = rest;
    if (tag !== undefined) this.mode = 'text';
    return tag !== undefined;
  }

  /** In front of the first call of a block, or behind one. */
  private readBlock({ before, tag, written, rest }: TagSplit): boolean {
    if (before.trim() !== '' && this.block === 'empty') {
      this.readNoTag(before.trimStart());
      return true;
    }
    this.pending += before;
    this.saysText ||= before.trim() !== '';
    if (this.saysText) this.sayPending();
    this.buffer = rest;
    if (tag === undefined) return false;
    this.saysText = false;
    this.enter(tag, written);
    return true;
  }

  /** A block does not begin with a tag: it is no block, if not one of JSON. */
  private readNoTag(text: string): void {
    const { jsonCall } = this.markup.declaration;
    if (!jsonCall || !text.startsWith('{')) {
      this.undo();
      return;
    }
    const start = this.buffer.indexOf('{');
    this.pending += this.buffer.slice(0, start);
    this.buffer = this.buffer.slice(start);
    this.json = this.createJsonReader(jsonCall);
    this.mode = 'json';
  }

  private createJsonReader(format: CallObjectFormat): CallObjectReader {
    const { listener } = this;
    this.jsonVerdict = 'text';
    return new CallObjectReader(format, {
      start: (header) => {
        this.jsonVerdict = listener.beginJsonCall(header);
      },
      argument: (text) => {
        if (this.jsonVerdict === 'call') listener.jsonArgument(text);
      },
      end: () => {
        if (this.jsonVerdict === 'call') listener.endCall();
      },
    });
  }

  private readJson(): boolean {
    const { json, buffer } = this;
    if (!json || buffer === '') return false;
    const end = json.read(buffer);
    this.pending = this.jsonVerdict === 'text' ? this.pending + buffer.slice(0, end) : '';
    this.buffer = buffer.slice(end);
    if (json.state === 'reading') return false;
    this.json = undefined;
    if (this.jsonVerdict === 'text') {
      this.undo();
    } else {
      this.block = 'called';
      this.mode = 'between';
    }
    return true;
  }

  /** Any tag outside of calls. */
  private enter(tag: string, written: string): void {
    const { blockOpen, blockClose, emptyBlock, call, thought } = this.markup.declaration;
    if (tag === thought?.open) {
      this.addText(written);
      this.mode = 'thought';
      return;
    }
    if (blockClose.includes(tag)) {
      if (this.block === 'empty' && emptyBlock === 'text') this.addText(this.pending + written);
      this.leaveBlock();
      return;
    }
    if (blockOpen.includes(tag)) {
      this.block = 'empty';
      this.mode = 'block';
    } else if (tag === call.open) {
      this.mode = 'call-tag';
    } else if (this.block !== 'empty') {
      this.pending = '';
      return;
    }
    this.pending += written;
  }

  private readTag({ before, tag, written }: TagSplit): boolean {
    const { call, parameter } = this.markup.declaration;
    if (before.length > MAX_TAG) {
      if (this.mode === 'call-tag') this.undo();
      else this.mode = 'call';
      return true;
    }
    if (tag === undefined) return false;
    this.buffer = this.buffer.slice(before.length + written.length);
    if (this.mode === 'call-tag') {
      this.pending += before + written;
      this.beginCall(readAttributes(call.open, before));
    } else {
      this.mode = 'value';
      if (!this.drops) this.listener.beginParameter(readAttributes(parameter?.open ?? '', before));
    }
    return true;
  }

  private beginCall(attributes: Attributes): void {
    const verdict = this.listener.beginCall(attributes);
    if (verdict === 'text' && this.block !== 'called') {
      this.undo();
      return;
    }
    this.drops = verdict !== 'call';
    this.pending = '';
    if (this.block === 'empty') this.block = 'called';
    this.mode = this.markup.declaration.parameter ? 'call' : 'value';
  }

  private readCall({ tag, written, rest }: TagSplit): boolean {
    const { call, parameter } = this.markup.declaration;
    this.buffer = rest;
    if (tag === undefined) return false;
    if (tag === parameter?.open) {
      this.mode = 'parameter-tag';
      return true;
    }
    this.endCall();
    if (tag !== call.close) this.enter(tag, written);
    return true;
  }

  private readValue({ before, tag, rest }: TagSplit): boolean {
    const { parameter, verbatim, escapes = {} } = this.markup.declaration;
    this.addValue(before);
    const fromTag = this.buffer.slice(before.length);
    this.buffer = rest;
    if (tag === undefined) return false;
    if (tag === verbatim?.open) {
      this.mode = 'verbatim';
    } else if (Object.hasOwn(escapes, tag)) {
      this.addValue(escapes[tag]);
    } else {
      this.endValue();
      // Any other tag is one of the call, whose turn it is now.
      if (tag !== parameter?.close) this.buffer = fromTag;
    }
    return true;
  }

  private readVerbatim({ before, tag, rest }: TagSplit): boolean {
    this.addValue(before);
    this.buffer = rest;
    if (tag !== undefined) this.mode = 'value';
    return tag !== undefined;
  }

  private addValue(text: string): void {
    if (text !== '' && !this.drops) this.listener.value(text);
  }

  private endValue(): void {
    this.mode = 'call';
    if (this.markup.declaration.parameter && !this.drops) this.listener.endParameter();
  }

  private endCall(): void {
    this.mode = this.block === 'none' ? 'text' : 'between';
    this.isSilent = this.markup.declaration.dropsTextBehindCalls === true;
    if (!this.drops) this.listener.endCall();
  }

  private leaveBlock(): void {
    this.mode = 'text';
    this.block = 'none';
    this.pending = '';
    this.saysText = false;
  }

  private undo(): void {
    this.sayPending();
    this.saysText = this.block === 'called';
    if (this.block === 'empty') this.block = 'none';
    this.mode = this.block === 'none' ? 'text' : 'between';
  }

  private undecided(): string {
    return this.pending + this.buffer;
  }

  private sayPending(): void {
    this.addText(this.pending);
    this.pending = '';
  }

  private addText(text: string): void {
    if (text !== '' && !this.isSilent) this.listener.text(text);
  }
}
