import { stripVTControlCharacters } from 'node:util';

/** A longer line is cut: a child without line ends must not fill the memory. */
const MAX_LINE_LENGTH = 8_192;

/** Cuts the output of a child into lines without colours and control characters. `\r` ends a line too: progress bars use it. Empty lines are left out. */
export class LineSplitter {
  private rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: string): void {
    const parts = (this.rest + chunk).split(/[\r\n]/);
    this.rest = parts.pop() ?? '';
    parts.forEach((part) => this.emit(part));
    while (this.rest.length > MAX_LINE_LENGTH) {
      this.emit(this.rest.slice(0, MAX_LINE_LENGTH));
      this.rest = this.rest.slice(MAX_LINE_LENGTH);
    }
  }

  /** The child is gone: what it wrote without a line end is its last line. */
  finish(): void {
    this.emit(this.rest);
    this.rest = '';
  }

  private emit(part: string): void {
    const line = stripVTControlCharacters(part)
      .replace(/\p{Cc}/gu, ' ')
      .trimEnd();
    for (let start = 0; start < line.length; start += MAX_LINE_LENGTH) {
      this.onLine(line.slice(start, start + MAX_LINE_LENGTH));
    }
  }
}
