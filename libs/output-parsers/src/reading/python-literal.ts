import { toJsonString } from './json-text.js';

const MAX_DEPTH = 200;
/** What Python's `int()` reads at most. */
const MAX_DIGITS = 4300;
const BLANK = /\s*/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y;
const JSON_NUMBER = /^(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const STRING_START = /([rRuUfF]?)("""|'''|"|')/y;
/** What can stand behind a string: a quote in front of anything else does not end a broken one. */
const AFTER_STRING = /\s*[,)\]}:]/y;

const WORDS = new Map([
  ['True', 'true'],
  ['False', 'false'],
  ['None', 'null'],
  ...['true', 'false', 'null'].map((word) => [word, word] as const),
]);

/** What stands behind a backslash → what it means. */
const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['a', '\u0007'],
  ['\n', ''],
  ...['\\', "'", '"'].map((character) => [character, character] as const),
]);

/** A Python literal as JSON text, tuples and sets as lists; undefined: the text is none, or one that JSON has no value for. */
export function toJsonFromPython(text: string): string | undefined {
  const reader = new PythonLiteralReader(text, false);
  const json = reader.literal();
  return reader.atEnd ? json : undefined;
}

/**
 * Reads Python literals in a text, one after the other; each part gives `undefined` where the text is none, and what follows is not read then.
 * `repairs`: line breaks and quotes inside of strings, and zeros in front of integers, are taken as they are meant.
 */
export class PythonLiteralReader {
  protected position = 0;
  private depth = 0;

  constructor(
    protected readonly text: string,
    protected readonly repairs: boolean,
  ) {}

  get atEnd(): boolean {
    this.take(BLANK);
    return this.position === this.text.length;
  }

  /** The value here, as JSON text. */
  literal(): string | undefined {
    this.take(BLANK);
    switch (this.text[this.position]) {
      case '[':
        return this.listOf(']');
      case '(':
        return this.group();
      case '{':
        return this.dictionaryOrSet();
      case '+':
        this.position += 1;
        return this.number();
      case '-': {
        this.position += 1;
        const number = this.number();
        return number && `-${number}`;
      }
      default:
        return this.stringAhead ? this.strings() : (this.number() ?? this.word());
    }
  }

  private get stringAhead(): boolean {
    STRING_START.lastIndex = this.position;
    return STRING_START.test(this.text);
  }

  /** The character here is passed, and white space in front of it. */
  protected pass(character: string): boolean {
    this.take(BLANK);
    if (this.text[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  /** An identifier, keyword or not. */
  protected name(): string | undefined {
    this.take(BLANK);
    return this.take(NAME);
  }

  /** Items up to the bracket that closes them, a comma between them and perhaps behind the last one. The bracket that opens them is passed already. */
  protected items<T>(close: string, readItem: () => T | undefined): T[] | undefined {
    if (this.depth === MAX_DEPTH) return undefined;
    this.depth += 1;
    const items: T[] = [];
    while (!this.pass(close)) {
      const item = readItem();
      if (item === undefined) return undefined;
      items.push(item);
      if (this.pass(close)) break;
      if (!this.pass(',')) return undefined;
    }
    this.depth -= 1;
    return items;
  }

  private listOf(close: string): string | undefined {
    this.position += 1;
    const items = this.items(close, () => this.literal());
    return items && `[${items.join(', ')}]`;
  }

  /** A tuple; a value in brackets is that value. */
  private group(): string | undefined {
    this.position += 1;
    let commas = 0;
    const items = this.items(')', () => {
      const item = this.literal();
      this.take(BLANK);
      if (this.text[this.position] === ',') commas += 1;
      return item;
    });
    return items?.length === 1 && commas === 0 ? items[0] : items && `[${items.join(', ')}]`;
  }

  private dictionaryOrSet(): string | undefined {
    this.position += 1;
    let pairs = 0;
    const items = this.items('}', () => {
      const key = this.literal();
      if (key === undefined || !this.pass(':')) return key;
      pairs += 1;
      const value = this.literal();
      return value === undefined || /^[[{]/.test(key) ? undefined : `${toKey(key)}: ${value}`;
    });
    if (items === undefined || (pairs !== 0 && pairs !== items.length)) return undefined;
    return pairs === 0 && items.length > 0 ? `[${items.join(', ')}]` : `{${items.join(', ')}}`;
  }

  private word(): string | undefined {
    const word = this.take(NAME);
    return word === undefined ? undefined : WORDS.get(word);
  }

  private number(): string | undefined {
    this.take(BLANK);
    const source = this.take(NUMBER)?.replaceAll('_', '');
    if (source === undefined || source.length > MAX_DIGITS) return undefined;
    if (/^0[xXoObB]/.test(source)) return BigInt(source).toString();
    const plain =
      /^0+\d/.test(source) && (this.repairs || /^0+$/.test(source)) ? source.replace(/^0+(?=\d)/, '') : source;
    if (/^0\d+$/.test(plain)) return undefined;
    if (JSON_NUMBER.test(plain)) return Number.isFinite(Number(plain)) || /^\d+$/.test(plain) ? plain : undefined;
    return Number.isFinite(Number(plain)) ? String(Number(plain)) : undefined;
  }

  /** One string, or several in a row, which are one. */
  private strings(): string | undefined {
    let text: string | undefined;
    for (let start = this.take(STRING_START); start !== undefined; start = this.take(STRING_START)) {
      const piece = this.string(start);
      if (piece === undefined) return undefined;
      text = (text ?? '') + piece;
      this.take(BLANK);
    }
    return text === undefined ? undefined : toJsonString(text);
  }

  /** The text of the string that has begun. */
  private string(start: string): string | undefined {
    const prefix = /^[a-z]/i.test(start) ? start[0].toLowerCase() : '';
    const quote = start.slice(prefix.length);
    const pieces: string[] = [];
    const special = new RegExp(`${quote}|\\\\|\\n|[{}]`, 'g');
    for (;;) {
      special.lastIndex = this.position;
      const found = special.exec(this.text);
      if (!found) return undefined;
      pieces.push(this.text.slice(this.position, found.index));
      this.position = special.lastIndex;
      const [mark] = found;
      if (mark === quote && this.ends()) return pieces.join('');
      if (mark === '\\') pieces.push(prefix === 'r' ? this.rawEscape() : this.escape());
      else if (mark === '\n' && quote.length === 1 && !this.repairs) return undefined;
      else if (prefix === 'f' && (mark === '{' || mark === '}')) return undefined;
      else pieces.push(mark);
    }
  }

  private ends(): boolean {
    AFTER_STRING.lastIndex = this.position;
    return !this.repairs || AFTER_STRING.test(this.text);
  }

  private rawEscape(): string {
    const character = this.text[this.position++] ?? '';
    return `\\${character}`;
  }

  /** What stands behind a backslash; one that means nothing stays. */
  private escape(): string {
    const character = this.text[this.position] ?? '';
    const code = this.take(/x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}/y);
    if (code !== undefined) {
      const point = /^[0-7]/.test(code) ? parseInt(code, 8) : parseInt(code.slice(1), 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : `\\${code}`;
    }
    this.position += 1;
    return ESCAPES.get(character) ?? `\\${character}`;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    this.position += found?.length ?? 0;
    return found;
  }
}

/** A key as JSON writes it: Python's `json.dumps` makes strings of numbers and words. */
function toKey(json: string): string {
  return json.startsWith('"') ? json : `"${json}"`;
}
