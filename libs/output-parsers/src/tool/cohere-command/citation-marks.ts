import { MarkerSplitter } from '../../reading/marker-splitter.js';
import type { TextFilter } from '../../reading/text-filter.js';

const OPEN = '<co>';
const CLOSE = '</co:';
const marks = new MarkerSplitter([OPEN, CLOSE]);
/** Of a close mark, behind its beginning: calls and results by number, ` 0:[1,2],1:[0]>`. */
const SOURCES = /^[\d\s:,[\]]*/;
/** In UTF-16 units. What is longer is text. */
const MAX_SOURCES = 256;

/** Drops the marks of citations, `<co>the quay</co: 0:[0]>`, and keeps what they mark. */
export class CitationMarks implements TextFilter {
  private buffer = '';
  private insideClose = false;

  push(text: string): string {
    this.buffer += text;
    let clean = '';
    for (let piece = this.next(); piece !== undefined; piece = this.next()) clean += piece;
    return clean;
  }

  finish(): string {
    const rest = (this.insideClose ? CLOSE : '') + this.buffer;
    this.buffer = '';
    this.insideClose = false;
    return rest;
  }

  /** The text up to the next mark; undefined when nothing more is decided. */
  private next(): string | undefined {
    if (this.insideClose) return this.readSources();
    const { before, marker, rest } = marks.split(this.buffer, false);
    this.buffer = rest;
    this.insideClose = marker === CLOSE;
    return marker === undefined && before === '' ? undefined : before;
  }

  private readSources(): string | undefined {
    const window = this.buffer.slice(0, MAX_SOURCES);
    const [{ length }] = SOURCES.exec(window) ?? [''];
    if (length === window.length && length < MAX_SOURCES) return undefined;
    this.insideClose = false;
    if (window[length] !== '>') return CLOSE;
    this.buffer = this.buffer.slice(length + 1);
    return '';
  }
}
