/** Makes the text of arguments from a JSON value as a model writes it, piece by piece; what it says does not depend on the pieces. */
export interface ArgumentText {
  push(piece: string): string;
}

/** The model's own text, but control characters inside of strings are escaped: models write line breaks there, JSON has none. */
export class VerbatimArguments implements ArgumentText {
  private insideString = false;
  private behindBackslash = false;

  push(piece: string): string {
    const from = this.behindBackslash ? 1 : 0;
    if (piece !== '') this.behindBackslash = false;
    return piece.slice(0, from) + piece.slice(from).replace(/\\[^]?|["\p{Cc}]/gu, (found) => this.strict(found));
  }

  private strict(found: string): string {
    if (found.startsWith('\\')) this.behindBackslash = found.length === 1;
    else if (found === '"') this.insideString = !this.insideString;
    else if (this.insideString) return JSON.stringify(found).slice(1, -1);
    return found;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** What a JSON string says, for models that write their arguments as a string which holds JSON. */
export class UnwrappedArguments implements ArgumentText {
  /** The beginning of an escape. */
  private escape = '';
  /** The first half of a pair of surrogates. */
  private surrogate = '';

  push(piece: string): string {
    const literal = this.escape + piece;
    this.escape = '';
    const text =
      this.surrogate +
      literal.replace(
        /(\\(?:u[\da-f]{0,3})?$)|\\u([\da-f]{4})|\\([^])|"/gi,
        (_, cut?: string, code?: string, one?: string) => {
          if (cut !== undefined) this.escape = cut;
          if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
          return one === undefined ? '' : (ESCAPES[one] ?? one);
        },
      );
    this.surrogate = /[\ud800-\udbff]?$/.exec(text)?.[0] ?? '';
    return text.slice(0, text.length - this.surrogate.length);
  }
}
