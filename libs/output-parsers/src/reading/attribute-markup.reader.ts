import { readAttributes } from './attribute-markup.js';
import type { AttributeMarkup, Attributes } from './attribute-markup.js';
import type { TagSplit } from './tag-splitter.js';

/** Hears of everything in the order in which it stands in the text, each as soon as it is certain. */
export interface MarkupListener {
  /** A piece of the text outside of calls. */
  text(text: string): void;
  /** A call begins. `dropped`: to its end; `text`: it is no call, but dropped all the same where it follows one in its block. */
  beginCall(attributes: Attributes): 'call' | 'dropped' | 'text';
  beginParameter(attributes: Attributes): void;
  /** A piece of the value begun last; of the call, where calls have no parameters. */
  value(text: string): void;
  endParameter(): void;
  endCall(): void;
}

/** In UTF-16 units; an opening tag that is longer is none. */
const MAX_TAG = 1024;

type Mode = 'text' | 'block' | 'between' | 'call-tag' | 'call' | 'parameter-tag' | 'value';

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
    while (this.step(this.mode === 'text'));
    if (this.mode === 'value') {
      if (!cutOff) this.addValue(this.buffer);
      if (!this.markup.declaration.parameter) this.endCall();
    } else if (this.mode === 'call' || this.mode === 'parameter-tag') this.endCall();
    else if (!cutOff) this.addText(this.pending + this.buffer);
  }

  /** What surrounds the text ended here: so does all that is open in it. Another text may follow. */
  close(): void {
    while (this.step(this.mode === 'text'));
    if (this.mode === 'value') {
      this.addValue(this.buffer);
      this.endValue();
    }
    if (this.mode === 'call' || this.mode === 'parameter-tag') this.endCall();
    else this.addText(this.pending + this.buffer);
    this.buffer = '';
    this.leaveBlock();
  }

  /** False when the buffer holds nothing more to decide. */
  private step(last: boolean): boolean {
    const { markup, buffer } = this;
    switch (this.mode) {
      case 'text':
        return this.readText(markup.inText.split(buffer, last));
      case 'block':
      case 'between':
        return this.readBlock(markup.inBlock.split(buffer, false));
      case 'call-tag':
      case 'parameter-tag':
        return this.readTag(markup.inTag.split(buffer, false));
      case 'call':
        return this.readCall(markup.inCall.split(buffer, false));
      case 'value':
        return this.readValue(markup.inValue.split(buffer, false));
    }
  }

  private readText({ before, tag, written, rest }: TagSplit): boolean {
    this.addText(before);
    this.buffer = rest;
    if (tag !== undefined) this.enter(tag, written);
    return tag !== undefined;
  }

  /** In front of the first call of a block, or behind one. */
  private readBlock({ before, tag, written, rest }: TagSplit): boolean {
    if (before.trim() !== '' && this.block === 'empty') {
      this.undo();
      return true;
    }
    this.pending += before;
    if (before.trim() !== '') this.sayPending();
    this.buffer = rest;
    if (tag !== undefined) this.enter(tag, written);
    return tag !== undefined;
  }

  /** Any tag outside of calls. */
  private enter(tag: string, written: string): void {
    const { blockOpen, blockClose, emptyBlock, call } = this.markup.declaration;
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
    }
    if (this.mode !== 'text') this.pending += written;
  }

  private readTag({ before, tag, written, rest }: TagSplit): boolean {
    const { call, parameter } = this.markup.declaration;
    if (before.length > MAX_TAG) {
      if (this.mode === 'call-tag') this.undo();
      else this.mode = 'call';
      return true;
    }
    if (tag === undefined) return false;
    this.buffer = rest;
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

  private readValue({ before, tag, written, rest }: TagSplit): boolean {
    this.addValue(before);
    this.buffer = rest;
    if (tag === undefined) return false;
    this.endValue();
    // Any other tag is one of the call, whose turn it is now.
    if (tag !== this.markup.declaration.parameter?.close) this.buffer = written + rest;
    return true;
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
    if (!this.drops) this.listener.endCall();
  }

  private leaveBlock(): void {
    this.mode = 'text';
    this.block = 'none';
    this.pending = '';
  }

  private undo(): void {
    this.sayPending();
    if (this.block === 'empty') this.block = 'none';
    this.mode = this.block === 'none' ? 'text' : 'between';
  }

  private sayPending(): void {
    this.addText(this.pending);
    this.pending = '';
  }

  private addText(text: string): void {
    if (text !== '') this.listener.text(text);
  }
}
