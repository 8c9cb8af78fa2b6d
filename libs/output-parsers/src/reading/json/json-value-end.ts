const ENDS_SCALAR = /[,}\]\s]/g;

type Kind = 'string' | 'container' | 'scalar';

/** Finds where a JSON value ends, in pieces, without checking what is in it: quotes and brackets only. One object per value. */
export class JsonValueEnd {
  private depth = 0;
  /** Inside a string, which need not be the value itself. */
  insideString = false;
  private escaped = false;
  private readonly kind: Kind | undefined;

  /** `first`: the value's first character. */
  constructor(first: string) {
    if (first === '"') this.kind = 'string';
    else if (first === '{' || first === '[') this.kind = 'container';
    else if (/[-0-9tfn]/.test(first)) this.kind = 'scalar';
  }

  /** False when no JSON value begins like this. */
  get possible(): boolean {
    return this.kind !== undefined;
  }

  /** Index behind the value's last character, `undefined` while it goes on. Every character is shown to it once, in order. */
  find(text: string, from: number): number | undefined {
    if (this.kind === 'scalar') {
      ENDS_SCALAR.lastIndex = from;
      return ENDS_SCALAR.exec(text)?.index;
    }
    for (let i = from; i < text.length; i++) {
      if (this.isLast(text[i])) return i + 1;
    }
    return undefined;
  }

  private isLast(character: string): boolean {
    if (this.insideString) {
      if (this.escaped) this.escaped = false;
      else if (character === '\\') this.escaped = true;
      else if (character === '"') {
        this.insideString = false;
        return this.depth === 0;
      }
      return false;
    }
    if (character === '"') this.insideString = true;
    else if (character === '{' || character === '[') this.depth += 1;
    else if (character === '}' || character === ']') return --this.depth === 0;
    return false;
  }
}
