import type { Ending, ToolEvent, ToolParser } from '../tool/tool-parser.js';
import { CallWriter } from './call-writer.js';
import type { CallHeader } from './call-writer.js';
import { MarkerSplitter } from './marker-splitter.js';

/** Calls that are a header and the model's own JSON text, each between markers, all in a section that has markers too. */
export interface HeadedCallFormat {
  readonly section: { readonly open: string; readonly close: string };
  /** In front of a header. */
  readonly open: string;
  /** Between a header and the arguments. */
  readonly headerEnd: string;
  /** Each of them ends the arguments; the end of the section does too. */
  readonly close: readonly string[];
  /** Say nothing between the calls of a section. */
  readonly layout?: readonly string[];
  /** Ends all that is open, and is never text. */
  readonly endOfTurn?: string;
  /** Undefined: the header names no function. */
  readHeader(header: string): CallHeader | undefined;
  /** What becomes of a call whose header names no function. */
  readonly nameless: 'text' | 'dropped';
  readonly textBehindSection: 'kept' | 'dropped';
  /** How markers begin that are many tokens: at the end of a text such a beginning is one that was cut off, and no text. */
  readonly cutMarker?: string;
}

type Mode = 'text' | 'section' | 'header' | 'arguments' | 'dropped-call' | 'behind-section';

/** One parser for each answer in this format. */
export function headedCalls(format: HeadedCallFormat): () => ToolParser {
  const { section, open, headerEnd, close, layout = [] } = format;
  const endOfTurn = format.endOfTurn === undefined ? [] : [format.endOfTurn];
  const endings = new MarkerSplitter([...close, section.close, ...endOfTurn]);
  const splitters = {
    text: new MarkerSplitter([section.open, ...endOfTurn]),
    section: new MarkerSplitter([section.open, section.close, open, ...layout, ...endOfTurn]),
    header: new MarkerSplitter([headerEnd, section.open, section.close, open, ...close, ...endOfTurn]),
    arguments: endings,
    'dropped-call': endings,
    'behind-section': new MarkerSplitter([section.open, open]),
  };
  return () => new HeadedCallParser(format, splitters);
}

/**
 * Reads answers in a `HeadedCallFormat`. A section is one when a call begins in it, and a call is one when its header names a function; until then all may
 * still be text. From then on arguments go out as they come.
 */
class HeadedCallParser implements ToolParser {
  private mode: Mode = 'text';
  private buffer = '';
  /** A section or a call that has begun, markers and all: text, if it turns out to be none. */
  private pending = '';
  private header = '';
  /** There is a call in the section. */
  private certain = false;
  /** Where the reader is between calls. */
  private between: 'section' | 'behind-section' = 'section';
  private readonly writer = new CallWriter();

  constructor(
    private readonly format: HeadedCallFormat,
    private readonly splitters: Readonly<Record<Mode, MarkerSplitter>>,
  ) {}

  push(delta: string): ToolEvent[] {
    this.buffer += delta;
    while (this.step());
    return this.writer.take();
  }

  finish(ending: Ending): ToolEvent[] {
    const { cutMarker, nameless } = this.format;
    const isCutMarker = cutMarker !== undefined && this.buffer.startsWith(cutMarker);
    const tail = isCutMarker ? '' : this.buffer;
    const mayBeText = this.mode === 'section' || (this.mode === 'header' && nameless === 'text');
    // Elsewhere the tail is the beginning of a marker that is due.
    if (this.mode === 'text' || (mayBeText && !ending.cutOff)) this.writer.text(this.pending + tail);
    this.writer.finish(ending);
    return this.writer.take();
  }

  /** False when the buffer holds nothing more to decide. */
  private step(): boolean {
    const { mode } = this;
    const { before, marker, rest } = this.splitters[mode].split(this.buffer, false);
    const behind = this.buffer.slice(before.length);
    this.buffer = rest;
    if (before !== '') this.readText(before);
    if (marker === undefined) return false;
    // Text that shows a section to be none makes text of its other markers, too.
    if (this.mode === mode) this.readMarker(marker);
    else this.buffer = behind;
    return true;
  }

  private readText(text: string): void {
    switch (this.mode) {
      case 'header':
        this.header += text;
        this.pending += text;
        return;
      case 'arguments':
        this.writer.argument(text);
        return;
      case 'text':
        this.writer.text(text);
        return;
      case 'section':
        if (this.certain) this.writer.text(text);
        else if (text.trim() === '') this.pending += text;
        else this.undo(text);
        return;
      case 'dropped-call':
      case 'behind-section':
    }
  }

  private readMarker(marker: string): void {
    switch (this.mode) {
      case 'header':
        this.endHeader(marker);
        return;
      case 'arguments':
      case 'dropped-call':
        this.endCall(marker);
        return;
      default:
        this.readOutsideOfCalls(marker);
    }
  }

  private readOutsideOfCalls(marker: string): void {
    const { section, open, layout, endOfTurn } = this.format;
    if (marker === section.open) this.beginSection();
    else if (marker === open && this.mode !== 'text') this.beginCall();
    else if (marker === endOfTurn || (marker === section.close && this.certain)) this.endSection();
    else if (layout?.includes(marker)) this.pending += this.certain ? '' : marker;
    else this.undo(marker);
  }

  private beginSection(): void {
    this.writer.text(this.pending);
    this.pending = this.format.section.open;
    this.certain = false;
    this.between = 'section';
    this.mode = 'section';
  }

  private beginCall(): void {
    this.pending = (this.certain ? '' : this.pending) + this.format.open;
    this.header = '';
    this.mode = 'header';
  }

  private endHeader(marker: string): void {
    const isComplete = marker === this.format.headerEnd;
    const header = isComplete ? this.format.readHeader(this.header) : undefined;
    if (header) this.writer.start(header);
    if (header || this.format.nameless === 'dropped') {
      this.certain = true;
      this.pending = '';
      this.mode = header ? 'arguments' : 'dropped-call';
      if (!isComplete) this.endCall(marker);
      return;
    }
    this.undo('');
    this.readMarker(marker);
  }

  /** Markers that end something else as well are read once more. */
  private endCall(marker: string): void {
    const { section, close } = this.format;
    this.writer.end();
    this.mode = this.between;
    if (marker.endsWith(section.close)) this.endSection();
    else if (!close.includes(marker)) this.readOutsideOfCalls(marker);
  }

  private endSection(): void {
    const dropsRest = this.certain && this.format.textBehindSection === 'dropped';
    this.writer.text(this.pending);
    this.pending = '';
    this.certain = false;
    this.between = 'behind-section';
    this.mode = dropsRest ? 'behind-section' : 'text';
  }

  /** What was held back is text. */
  private undo(text: string): void {
    this.writer.text(this.pending + text);
    this.pending = '';
    this.mode = this.certain ? 'section' : 'text';
  }
}
