import { pythonString } from '@app/python-text';
import { TemplateSyntaxError } from '../errors.js';
import { toCodePointIndex } from '../values/code-points.js';
import { unescapeString } from './string-literal.js';
import type { Token, TokenType } from './token.js';

// Python's \s is Unicode white space plus the four ASCII separators; JavaScript's lacks those and has U+FEFF.
const space = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const whitespace = new RegExp(`${space}+`, 'y');
const trailingSpace = new RegExp(`${space}$`);
const onlySpace = new RegExp(`^${space}+$`);
const float = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const integer = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const name = /\p{ID_Continue}+/uy;
const identifier = /^[\p{ID_Start}_]\p{ID_Continue}*$/u;
const string = /'([^'\\]*(?:\\[^][^'\\]*)*)'|"([^"\\]*(?:\\[^][^"\\]*)*)"/y;
const operator = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const rawBegin = new RegExp(`\\{%([-+]?)${space}*raw${space}*(?:-%\\}${space}*|%\\})`, 'y');
const rawEnd = new RegExp(`\\{%([-+]?)${space}*endraw${space}*(?:\\+%\\}|-%\\}${space}*|%\\}\\n?)`, 'g');

const closers: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/**
 * Cuts a template into tokens, with `trim_blocks` and `lstrip_blocks` on and one newline at the end of the file dropped,
 * as Hugging Face configures Jinja2. Runs in linear time.
 */
export function tokenize(source: string): readonly Token[] {
  return new Lexer(source).run();
}

class Lexer {
  private readonly source: string;
  private readonly tokens: Token[] = [];
  private position = 0;
  private line = 1;
  private lineStarting = true;

  constructor(source: string) {
    const normalised = source.replace(/\r\n?/g, '\n');
    this.source = normalised.endsWith('\n') ? normalised.slice(0, -1) : normalised;
  }

  run(): readonly Token[] {
    while (this.position < this.source.length) {
      const begin = this.findTag();
      if (begin === undefined) {
        this.data(this.source.slice(this.position));
        this.position = this.source.length;
        break;
      }
      this.tag(begin);
    }
    this.push('eof', '');
    return this.tokens;
  }

  private findTag(): number | undefined {
    let from = this.position;
    for (;;) {
      const brace = this.source.indexOf('{', from);
      if (brace < 0) {
        return undefined;
      }
      const next = this.source[brace + 1];
      if (next === '{' || next === '%' || next === '#') {
        return brace;
      }
      from = brace + 1;
    }
  }

  private tag(begin: number): void {
    const text = this.source.slice(this.position, begin);
    const kind = this.source[begin + 1];
    rawBegin.lastIndex = begin;
    const raw = kind === '%' ? rawBegin.exec(this.source) : null;
    const control = this.source[begin + 2];
    const sign = raw ? raw[1] : control === '-' || control === '+' ? control : '';
    this.data(this.stripBefore(text, sign, kind === '{'));
    const end = raw ? begin + raw[0].length : begin + 2 + sign.length;
    this.line += countNewlines(this.source.slice(begin, end));
    this.position = end;
    this.lineStarting = this.source[end - 1] === '\n';
    if (raw) {
      this.raw();
    } else if (kind === '#') {
      this.comment();
    } else {
      this.code(kind === '{');
    }
  }

  /** Applies `-` and lstrip_blocks to the text in front of a tag; the line count includes what is dropped. */
  private stripBefore(text: string, sign: string, isVariable: boolean): string {
    if (sign === '-') {
      return trimEnd(text);
    }
    if (sign === '+' || isVariable) {
      return text;
    }
    const lineStart = text.lastIndexOf('\n') + 1;
    if ((lineStart > 0 || this.lineStarting) && onlySpace.test(text.slice(lineStart))) {
      return text.slice(0, lineStart);
    }
    return text;
  }

  private data(text: string): void {
    if (text !== '') {
      this.push('data', text);
    }
    this.line += countNewlines(text);
  }

  private raw(): void {
    rawEnd.lastIndex = this.position;
    const end = rawEnd.exec(this.source);
    if (end === null) {
      this.failUnlessAtEnd('Missing end of raw directive');
      return;
    }
    this.data(this.stripBefore(this.source.slice(this.position, end.index), end[1], false));
    this.advance(end.index, end[0]);
  }

  private comment(): void {
    const end = this.source.indexOf('#}', this.position);
    if (end < 0) {
      this.failUnlessAtEnd('Missing end of comment tag');
      return;
    }
    this.line += countNewlines(this.source.slice(this.position, end));
    const sign = end > this.position ? this.source[end - 1] : '';
    this.endTag(end, '#}', sign);
  }

  /** Jinja forgives a directive that is opened by the last characters of the file. */
  private failUnlessAtEnd(message: string): void {
    if (this.position < this.source.length) {
      throw new TemplateSyntaxError(message, this.line);
    }
  }

  /** Steps over the end of a tag: `-` takes all white space after it, a plain end of a block or comment one newline. */
  private endTag(at: number, end: string, sign: string): void {
    const after = at + end.length;
    if (sign === '-') {
      whitespace.lastIndex = after;
      this.advance(at, end + (whitespace.exec(this.source)?.[0] ?? ''));
      return;
    }
    const trims = end !== '}}' && sign !== '+' && this.source[after] === '\n';
    this.advance(at, trims ? `${end}\n` : end);
  }

  private advance(from: number, matched: string): void {
    this.line += countNewlines(matched);
    this.position = from + matched.length;
    this.lineStarting = matched.endsWith('\n');
  }

  private code(isVariable: boolean): void {
    const end = isVariable ? '}}' : '%}';
    const open: string[] = [];
    this.push(isVariable ? 'variable-begin' : 'block-begin', '');
    for (;;) {
      if (open.length === 0 && this.codeEnd(end, isVariable)) {
        return;
      }
      if (this.position >= this.source.length) {
        return;
      }
      this.codeToken(open);
    }
  }

  private codeEnd(end: string, isVariable: boolean): boolean {
    const { source, position } = this;
    const sign = source[position];
    const signed = sign === '-' || (sign === '+' && !isVariable);
    const at = signed ? position + 1 : position;
    if (!source.startsWith(end, at)) {
      return false;
    }
    this.push(isVariable ? 'variable-end' : 'block-end', '');
    this.endTag(at, end, signed ? sign : '');
    return true;
  }

  private codeToken(open: string[]): void {
    const blank = this.match(whitespace);
    if (blank !== undefined) {
      this.line += countNewlines(blank);
      this.position += blank.length;
      return;
    }
    if (this.number() || this.nameOrString()) {
      return;
    }
    const text = this.match(operator);
    if (text === undefined) {
      const character = String.fromCodePoint(this.source.codePointAt(this.position) ?? 0);
      const at = toCodePointIndex(this.source, this.position);
      throw new TemplateSyntaxError(`unexpected char ${pythonString(character)} at ${at}`, this.line);
    }
    this.balance(text, open);
    this.push('operator', text);
    this.position += text.length;
  }

  private number(): boolean {
    const floating = this.source[this.position - 1] === '.' ? undefined : this.match(float);
    const text = floating ?? this.match(integer);
    if (text === undefined) {
      return false;
    }
    this.push(floating === undefined ? 'integer' : 'float', text.replaceAll('_', ''));
    this.position += text.length;
    return true;
  }

  private nameOrString(): boolean {
    const word = this.match(name);
    if (word !== undefined) {
      if (!identifier.test(word)) {
        throw new TemplateSyntaxError('Invalid character in identifier', this.line);
      }
      this.push('name', word);
      this.position += word.length;
      return true;
    }
    const quoted = this.match(string);
    if (quoted === undefined) {
      return false;
    }
    this.push('string', unescapeString(quoted.slice(1, -1), this.line));
    this.line += countNewlines(quoted);
    this.position += quoted.length;
    return true;
  }

  private balance(text: string, open: string[]): void {
    if (Object.hasOwn(closers, text)) {
      open.push(closers[text]);
      return;
    }
    if (text !== '}' && text !== ')' && text !== ']') {
      return;
    }
    const expected = open.pop();
    if (expected === undefined) {
      throw new TemplateSyntaxError(`unexpected '${text}'`, this.line);
    }
    if (expected !== text) {
      throw new TemplateSyntaxError(`unexpected '${text}', expected '${expected}'`, this.line);
    }
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    return pattern.exec(this.source)?.[0];
  }

  private push(type: TokenType, text: string): void {
    this.tokens.push({ type, text, line: this.line });
  }
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && trailingSpace.test(text[end - 1])) {
    end--;
  }
  return text.slice(0, end);
}
