import { TemplateSyntaxError } from '../errors.js';
import type { Token, TokenType } from './token.js';
import { describeExpected, describeToken } from './token.js';

/** The parser's cursor over the tokens. Reading past the end gives `eof` again and again. */
export class TokenStream {
  private index = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  get current(): Token {
    return this.tokens[this.index];
  }

  look(): Token {
    return this.tokens[Math.min(this.index + 1, this.tokens.length - 1)];
  }

  next(): Token {
    const token = this.current;
    if (this.index < this.tokens.length - 1) {
      this.index++;
    }
    return token;
  }

  is(type: TokenType, text?: string): boolean {
    const { current } = this;
    return current.type === type && (text === undefined || current.text === text);
  }

  isName(text: string): boolean {
    return this.is('name', text);
  }

  isOperator(text: string): boolean {
    return this.is('operator', text);
  }

  skipIf(type: TokenType, text: string): boolean {
    if (!this.is(type, text)) {
      return false;
    }
    this.next();
    return true;
  }

  expect(type: TokenType, text?: string): Token {
    if (this.is(type, text)) {
      return this.next();
    }
    const expected = describeExpected(type, text);
    const { current } = this;
    if (current.type === 'eof') {
      throw new TemplateSyntaxError(`unexpected end of template, expected '${expected}'.`, current.line);
    }
    throw new TemplateSyntaxError(`expected token '${expected}', got '${describeToken(current)}'`, current.line);
  }

  fail(message: string, line = this.current.line): never {
    throw new TemplateSyntaxError(message, line);
  }
}
