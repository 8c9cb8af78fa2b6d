import { codePointLength } from '@app/python-text';

/** Bounds of a JSON text, so that reading it cannot be made expensive. */
export interface JsonLimits {
  readonly maxDepth: number;
  /** Values in the whole text. */
  readonly maxNodes: number;
}

/** The text is not JSON, or exceeds a bound. */
export class JsonTextError extends Error {
  constructor(
    readonly reason: string,
    /** In code points, as Python counts. */
    readonly offset: number,
  ) {
    super(`${reason} at ${offset}`);
  }
}

/**
 * Reads JSON as Python does: `NaN`, `Infinity` and `-Infinity` are numbers, integers beyond 2^53 keep every digit (as BigInt),
 * the last of equal keys wins. `__proto__` is an own key like any other. Throws `JsonTextError` with CPython's words.
 */
export function parseJsonText(text: string, limits: JsonLimits): unknown {
  if (!survey(text, limits).needsExactReader) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // The exact reader finds the place and the reason.
    }
  }
  return new ExactReader(text).read();
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** One pass over the structure, before anything is built: bounds, and whether `JSON.parse` would lose something. */
function survey(text: string, { maxDepth, maxNodes }: JsonLimits): { readonly needsExactReader: boolean } {
  let depth = 0;
  let nodes = 1;
  let needsExactReader = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    switch (code) {
      case QUOTE: {
        const end = closingQuote(text, index);
        if (end < 0) {
          return { needsExactReader: true };
        }
        index = end;
        break;
      }
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        nodes += 1;
        if (depth > maxDepth) {
          throw new JsonTextError(`Nesting is deeper than ${maxDepth} levels`, codePointLength(text.slice(0, index)));
        }
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      case COMMA:
        nodes += 1;
        break;
      case 0x4e: // N
      case 0x49: // I
        needsExactReader = true;
        break;
      default:
        if (isDigit(code)) {
          const start = index;
          while (isDigit(text.charCodeAt(index + 1))) {
            index += 1;
          }
          needsExactReader ||= index - start >= 15;
        }
    }
    if (nodes > maxNodes) {
      throw new JsonTextError(`More than ${maxNodes} values`, codePointLength(text.slice(0, index)));
    }
  }
  return { needsExactReader };
}

/** Index of the quote that closes the string which `start` opens; -1 when there is none. */
function closingQuote(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) {
      backslashes += 1;
    }
    if (backslashes % 2 === 0) {
      return end;
    }
  }
  return -1;
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
];
/** Python refuses longer integers, because reading them takes quadratic time. */
const MAX_INTEGER_DIGITS = 4300;

/** Recursive descent, for the texts that `JSON.parse` refuses or rounds; `survey` has bounded the depth. */
class ExactReader {
  private index = 0;

  constructor(private readonly text: string) {}

  read(): unknown {
    this.skipSpace();
    const value = this.value();
    this.skipSpace();
    if (this.index < this.text.length) {
      this.fail('Extra data');
    }
    return value;
  }

  private value(): unknown {
    switch (this.text[this.index]) {
      case '"':
        return this.string();
      case '[':
        return this.array();
      case '{':
        return this.object();
      default:
        return this.scalar();
    }
  }

  private scalar(): unknown {
    const word = WORDS.find(([name]) => this.text.startsWith(name, this.index));
    if (word) {
      this.index += word[0].length;
      return word[1];
    }
    NUMBER.lastIndex = this.index;
    const match = NUMBER.exec(this.text);
    if (!match) {
      return this.fail('Expecting value');
    }
    const [digits, fraction, exponent] = match;
    if (fraction === undefined && exponent === undefined && digits.length > 15) {
      return this.bigInteger(digits);
    }
    this.index += digits.length;
    return Number(digits);
  }

  private bigInteger(digits: string): number | bigint {
    if (digits.length > MAX_INTEGER_DIGITS) {
      return this.fail(`Exceeds the limit (${MAX_INTEGER_DIGITS} digits) for integer string conversion`);
    }
    this.index += digits.length;
    const rounded = Number(digits);
    return Number.isSafeInteger(rounded) ? rounded : BigInt(digits);
  }

  private string(): string {
    const start = this.index;
    const end = closingQuote(this.text, start);
    if (end < 0) {
      return this.fail('Unterminated string starting at');
    }
    this.index = end + 1;
    try {
      return JSON.parse(this.text.slice(start, this.index)) as string;
    } catch {
      return this.failInString(start, end);
    }
  }

  private failInString(start: number, end: number): never {
    for (this.index = start + 1; this.index < end; this.index += 1) {
      const code = this.text.charCodeAt(this.index);
      if (code < 0x20) {
        this.fail('Invalid control character at');
      }
      if (code === BACKSLASH) {
        if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(this.text.slice(this.index, this.index + 6))) {
          this.fail(this.text[this.index + 1] === 'u' ? 'Invalid \\uXXXX escape' : 'Invalid \\escape');
        }
        this.index += 1;
      }
    }
    return this.fail('Invalid string');
  }

  private array(): unknown[] {
    const items: unknown[] = [];
    this.index += 1;
    this.skipSpace();
    if (this.take(']')) {
      return items;
    }
    for (;;) {
      items.push(this.value());
      this.skipSpace();
      if (this.take(']')) {
        return items;
      }
      this.expect(',');
    }
  }

  private object(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    this.index += 1;
    this.skipSpace();
    if (this.take('}')) {
      return {};
    }
    for (;;) {
      if (this.text[this.index] !== '"') {
        this.fail('Expecting property name enclosed in double quotes');
      }
      const key = this.string();
      this.skipSpace();
      this.expect(':');
      entries.push([key, this.value()]);
      this.skipSpace();
      if (this.take('}')) {
        return Object.fromEntries(entries);
      }
      this.expect(',');
    }
  }

  private expect(delimiter: string): void {
    if (!this.take(delimiter)) {
      this.fail(`Expecting '${delimiter}' delimiter`);
    }
    this.skipSpace();
  }

  private take(character: string): boolean {
    if (this.text[this.index] !== character) {
      return false;
    }
    this.index += 1;
    return true;
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.index;
    SPACE.exec(this.text);
    this.index = SPACE.lastIndex;
  }

  private fail(reason: string): never {
    throw new JsonTextError(reason, codePointLength(this.text.slice(0, this.index)));
  }
}
