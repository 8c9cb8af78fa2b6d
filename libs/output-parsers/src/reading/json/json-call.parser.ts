import type { Ending, ToolEvent, ToolParser } from '../../tool/tool-parser.js';
import { CallWriter } from '../call-writer.js';
import { MarkerSplitter } from '../marker-splitter.js';
import { CallListReader } from './call-list.reader.js';
import { CallObjectReader } from './call-object.reader.js';
import type { CallObjectFormat } from './call-object.reader.js';
import type { CallReader } from './call.reader.js';
import { JsonValueEnd } from './json-value-end.js';

/** What stands around the JSON text of calls. */
export interface CallBlock {
  /** In front of it; a bracket at the end is that of the JSON. */
  readonly open: string;
  /** Behind it; it may be missing. */
  readonly close?: string;
  /** Only in front of all other text, or directly behind a thought. */
  readonly first?: true;
  /** Answers have it as well: without JSON behind it, or cut off before a name is in it, it is text like any other. */
  readonly ordinary?: true;
}

/** Calls that are JSON text in blocks. */
export interface JsonCallFormat {
  readonly blocks: readonly CallBlock[];
  readonly body: 'object' | 'list' | 'object-or-list';
  readonly call: CallObjectFormat;
  /** Characters that may stand between calls, like white space. */
  readonly separators?: string;
  /** Nothing between `<think>` and `</think>` is a call. */
  readonly thoughts?: true;
  /** Objects of a list that say no call: they make the list none, if not this. */
  readonly strays?: 'passed-over' | 'dropped';
  /** An object that is no JSON: text, if not this. */
  readonly broken?: 'dropped';
  /** Behind a block that is none others are read; otherwise all behind it is text. */
  readonly lenient?: true;
}

/** One parser for each answer in this format. */
export function jsonCalls(format: JsonCallFormat): () => ToolParser {
  const { blocks, thoughts, separators = '' } = format;
  const marks = new MarkerSplitter([...blocks.map(({ open }) => open), ...(thoughts ? [THINK, THINK_END] : [])]);
  const nextText = new RegExp(`[^\\s\\]}${separators}]`);
  return () => new JsonCallParser(format, marks, nextText);
}

const THINK = '<think>';
const THINK_END = '</think>';

type Mode = 'text' | 'block' | 'behind-block' | 'dropping' | 'text-only';

/**
 * Reads answers in a `JsonCallFormat`. A block that turns out to be no call is text, and so is all that follows it: of several calls that belong together,
 * none is done behind a broken one. Brackets too many or too few at the end of a block are passed over.
 */
class JsonCallParser implements ToolParser {
  private mode: Mode = 'text';
  private buffer = '';
  private block: CallBlock;
  private reader: CallReader;
  /** What is being dropped. */
  private dropped: JsonValueEnd | undefined;
  /** Stands behind a block: text if text follows, nothing if it does not. */
  private layout = '';
  private insideThought = false;
  /** Ends a block that turned out to be text. */
  private closesText: string | undefined;
  /** No text yet, or none behind the last thought. */
  private atStart = true;
  private readonly writer = new CallWriter({ saysLeadingSpace: true });

  constructor(
    private readonly format: JsonCallFormat,
    private readonly marks: MarkerSplitter,
    /** What is no layout behind a block: brackets too many are. */
    private readonly nextText: RegExp,
  ) {
    this.block = format.blocks[0];
    this.reader = this.createReader();
  }

  push(delta: string): ToolEvent[] {
    this.read(delta, false);
    return this.writer.take();
  }

  finish(ending: Ending): ToolEvent[] {
    this.read('', true);
    const isLost = ending.cutOff && (!this.block.ordinary || this.reader.promising);
    if (this.mode === 'block' && !isLost) this.say(this.uncalled());
    this.writer.finish(ending);
    return this.writer.take();
  }

  private read(delta: string, last: boolean): void {
    this.buffer += delta;
    while (this.buffer !== '' && this.step(last));
  }

  /** False when the buffer holds nothing more to decide. */
  private step(last: boolean): boolean {
    switch (this.mode) {
      case 'text':
        return this.readText(last);
      case 'block':
        return this.readBlock();
      case 'behind-block':
        return this.readBehindBlock(last);
      case 'dropping':
        return this.drop();
      case 'text-only':
        this.say(this.buffer);
        this.buffer = '';
        return false;
    }
  }

  private readText(last: boolean): boolean {
    const { buffer } = this;
    const { before, marker, rest } = this.marks.split(buffer, last);
    this.say(before);
    this.buffer = rest;
    if (marker === undefined) return false;
    const block = this.blockBehind(marker);
    if (!block) {
      this.sayMarker(marker);
      return true;
    }
    this.block = block;
    this.reader = this.createReader();
    this.buffer = buffer.slice(before.length + opening(block).length);
    this.mode = 'block';
    return true;
  }

  private blockBehind(marker: string): CallBlock | undefined {
    const block = this.format.blocks.find(({ open }) => open === marker);
    const isFree = !this.insideThought && marker !== this.closesText;
    return isFree && (!block?.first || this.atStart) ? block : undefined;
  }

  private sayMarker(marker: string): void {
    this.say(marker);
    if (marker === this.closesText) this.closesText = undefined;
    if (marker !== THINK && marker !== THINK_END) return;
    this.insideThought = marker === THINK;
    this.atStart = marker === THINK_END;
  }

  private createReader(): CallReader {
    const { body, call, strays = 'refused' } = this.format;
    if (body === 'object') return new CallObjectReader(call, this.writer);
    return new CallListReader({ call, strays, objectAlone: body === 'object-or-list' }, this.writer);
  }

  private readBlock(): boolean {
    const end = this.reader.read(this.buffer);
    this.buffer = this.buffer.slice(end);
    const { state, started, pending } = this.reader;
    if (started) this.layout = '';
    if (state === 'reading') return false;
    const isEmptyList = state === 'complete' && !started;
    if (isEmptyList ? !this.block.ordinary : started && pending === '') this.mode = 'behind-block';
    else if (state === 'broken' && this.format.broken === 'dropped') this.beginDrop();
    else this.giveUp();
    return true;
  }

  /** The block is text. */
  private giveUp(): void {
    if (this.block.ordinary) this.closesText = this.block.close;
    const wasNone = this.block.ordinary && !this.reader.pending.includes('{');
    this.say(this.uncalled());
    this.mode = this.format.lenient || wasNone ? 'text' : 'text-only';
  }

  /** The block so far, or what follows its last call. */
  private uncalled(): string {
    const { started, pending } = this.reader;
    return (started ? '' : opening(this.block)) + pending;
  }

  private beginDrop(): void {
    const pending = this.reader.pending.trimStart();
    this.dropped = new JsonValueEnd(pending.charAt(0));
    this.dropped.find(pending, 0);
    this.mode = 'dropping';
  }

  private drop(): boolean {
    const end = this.dropped?.find(this.buffer, 0);
    this.buffer = end === undefined ? '' : this.buffer.slice(end);
    if (end !== undefined) this.mode = 'behind-block';
    return end !== undefined;
  }

  private readBehindBlock(last: boolean): boolean {
    const { close } = this.block;
    const { buffer } = this;
    const end = buffer.search(this.nextText);
    this.buffer = end === -1 ? '' : buffer.slice(end);
    this.layout += buffer.slice(0, buffer.length - this.buffer.length);
    if (this.buffer === '') return false;
    if (close?.startsWith(this.buffer) && this.buffer !== close) {
      if (last) this.buffer = '';
      return false;
    }
    if (close !== undefined && this.buffer.startsWith(close)) {
      this.buffer = this.buffer.slice(close.length);
      this.layout = '';
    } else {
      this.mode = 'text';
    }
    return true;
  }

  private say(text: string): void {
    if (text === '') return;
    this.writer.text(this.layout + text);
    this.layout = '';
    if (text.trim() !== '') this.atStart = false;
  }
}

/** What of a block's opening is not part of the JSON. */
function opening({ open }: CallBlock): string {
  return open.replace(/[[{]$/, '');
}
