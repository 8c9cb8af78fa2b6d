export type TokenType =
  | 'data'
  | 'variable-begin'
  | 'variable-end'
  | 'block-begin'
  | 'block-end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'eof';

export interface Token {
  readonly type: TokenType;
  /** Text of the token; a string's value is already unescaped. */
  readonly text: string;
  readonly line: number;
}

const typeTexts: Readonly<Record<TokenType, string>> = {
  data: 'template data / text',
  'variable-begin': 'begin of print statement',
  'variable-end': 'end of print statement',
  'block-begin': 'begin of statement block',
  'block-end': 'end of statement block',
  name: 'name',
  string: 'string',
  integer: 'integer',
  float: 'float',
  operator: 'operator',
  eof: 'end of template',
};

/** How Jinja names a token in its messages: a name by its text, an operator by itself, the rest by kind. */
export function describeToken(token: Token): string {
  return token.type === 'name' || token.type === 'operator' ? token.text : typeTexts[token.type];
}

/** How Jinja names what it expected. */
export function describeExpected(type: TokenType, text: string | undefined): string {
  return text ?? typeTexts[type];
}
