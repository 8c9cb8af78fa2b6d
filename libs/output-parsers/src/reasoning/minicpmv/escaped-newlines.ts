/** What opens a span that is left as it is, longest first, and what closes it: code and LaTeX. */
const SPANS: readonly (readonly [open: string, close: string])[] = [
  ['```', '```'],
  ['`', '`'],
  ['$$', '$$'],
  ['$', '$'],
  ['\\(', '\\)'],
  ['\\[', '\\]'],
];
const NEWLINES = ['\\r\\n', '\\n', '\\r'];
const SYMBOLS = [...NEWLINES, ...SPANS.map(([open]) => open)];
const LONGEST = Math.max(...SYMBOLS.map((symbol) => symbol.length));
const ORDINARY = /[^\\`$]+/y;
const BACKSLASHES = /\\+/y;

/** Turns the escapes `\n`, `\r` and `\r\n` of a text that arrives in pieces into newlines, but in code, inline code, LaTeX and behind a doubled backslash. */
export class EscapedNewlines {
  private buffer = '';
  /** Ends the span we are in. */
  private close: string | undefined;
  /** The text read so far ends in more than one backslash: those that follow are no escapes, either. */
  private inBackslashes = false;

  /** `last`: no text follows, so nothing is held back. Gives the text that is certain. */
  read(delta: string, last: boolean): string {
    this.buffer += delta;
    const pieces: string[] = [];
    let at = 0;
    while (at < this.buffer.length) {
      const piece = this.close === undefined ? this.readOutside(at, last) : this.readSpan(at, this.close, last);
      if (piece.length === 0) break;
      pieces.push(piece.text);
      at += piece.length;
    }
    this.buffer = this.buffer.slice(at);
    return pieces.join('');
  }

  /** Up to the end of the span, or of what can be no part of it. */
  private readSpan(at: number, close: string, last: boolean): Piece {
    const end = this.buffer.indexOf(close, at);
    if (end < 0) {
      const held = last ? 0 : heldLength(this.buffer.slice(at), close);
      return verbatim(this.buffer.slice(at, this.buffer.length - held));
    }
    this.close = undefined;
    return verbatim(this.buffer.slice(at, end + close.length));
  }

  private readOutside(at: number, last: boolean): Piece {
    const ordinary = take(ORDINARY, this.buffer, at);
    if (ordinary !== '') {
      this.inBackslashes = false;
      return verbatim(ordinary);
    }
    const run = take(BACKSLASHES, this.buffer, at);
    if (run.length > (this.inBackslashes ? 0 : 1)) {
      this.inBackslashes = true;
      return verbatim(run);
    }
    this.inBackslashes = false;
    const rest = this.buffer.slice(at, at + LONGEST);
    if (!last && SYMBOLS.some((symbol) => symbol.length > rest.length && symbol.startsWith(rest))) return UNDECIDED;
    const newline = NEWLINES.find((escape) => rest.startsWith(escape));
    if (newline !== undefined) return { text: '\n', length: newline.length };
    const span = SPANS.find(([open]) => rest.startsWith(open));
    this.close = span?.[1];
    return verbatim(span?.[0] ?? rest.slice(0, 1));
  }
}

/** Text that is certain, and how much of the buffer it stands for. */
interface Piece {
  readonly text: string;
  readonly length: number;
}

/** More text has to come. */
const UNDECIDED: Piece = { text: '', length: 0 };

function verbatim(text: string): Piece {
  return { text, length: text.length };
}

function take(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Length of the longest tail that is the beginning of `marker`. */
function heldLength(text: string, marker: string): number {
  for (let length = Math.min(text.length, marker.length - 1); length > 0; length--) {
    if (marker.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
