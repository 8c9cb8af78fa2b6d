import { InvalidRequestError } from '@app/errors';
import {
  characters,
  choice,
  complement,
  EMPTY,
  LAST_CODE_POINT,
  literal,
  repeat,
  rule,
  sequence,
} from '../grammar/expression.js';
import type { CharacterRange, Expression } from '../grammar/expression.js';
import { MAX_REPEATS, ROOT } from '../grammar/grammar.js';
import type { GrammarBuilder } from '../grammar/grammar.js';

const MAX_LENGTH = 262_144;
const MAX_NESTING = 100;

/**
 * The rule `root` of a grammar in XGrammar's EBNF; the others are added to the builder. Throws `InvalidRequestError` for a text that is none, or is written in
 * Lark. Lookahead assertions, which are hints for speed, are passed over.
 */
export function parseEbnf(text: string, builder: GrammarBuilder): Expression {
  if (text.length > MAX_LENGTH) throw refused(`it is longer than ${MAX_LENGTH} characters`, 1);
  if (!text.includes('::=')) {
    throw new InvalidRequestError(
      'Failed to convert the grammar from Lark to EBNF. This engine takes EBNF: every rule is NAME ::= EXPRESSION',
    );
  }
  return new EbnfParser(text, builder).parse();
}

class EbnfParser {
  private at = 0;
  private depth = 0;
  private readonly names = new Map<string, string>();
  private readonly defined = new Set<string>();

  constructor(
    private readonly text: string,
    private readonly builder: GrammarBuilder,
  ) {}

  parse(): Expression {
    for (this.skipSpace(); this.at < this.text.length; this.skipSpace()) {
      const name = this.identifier();
      this.skipSpace();
      this.expect('::=');
      if (this.defined.has(name)) throw this.broken(`rule "${name}" is defined twice`);
      this.defined.add(name);
      this.builder.define(this.ruleName(name), this.alternatives());
    }
    for (const name of this.names.keys()) {
      if (!this.defined.has(name)) throw this.broken(`rule "${name}" is not defined`);
    }
    const root = this.names.get(ROOT);
    if (root === undefined) throw this.broken('there is no rule "root"');
    return rule(root);
  }

  private ruleName(name: string): string {
    const known = this.names.get(name) ?? this.builder.reserve(name);
    this.names.set(name, known);
    return known;
  }

  private alternatives(): Expression {
    this.depth++;
    if (this.depth > MAX_NESTING) throw this.refused(`groups nest deeper than ${MAX_NESTING}`);
    const options = [this.terms()];
    while (this.take('|')) options.push(this.terms());
    this.depth--;
    return choice(options);
  }

  private terms(): Expression {
    const parts: Expression[] = [];
    for (;;) {
      this.skipSpace();
      const start = this.at;
      const atom = this.atom();
      if (atom === undefined) {
        this.at = start;
        return sequence(...parts);
      }
      parts.push(this.quantified(atom));
    }
  }

  /** Undefined at the end of the alternative. */
  private atom(): Expression | undefined {
    const character = this.text[this.at];
    if (character === '"') return literal(this.quoted());
    if (character === '[') return this.characterClass();
    if (this.text.startsWith('(=', this.at)) {
      this.at += 2;
      this.alternatives();
      this.expect(')');
      return EMPTY;
    }
    if (character === '(') {
      this.at++;
      const inner = this.alternatives();
      this.expect(')');
      return inner;
    }
    if (!/^[A-Za-z_]/.test(character ?? '')) {
      if (character === undefined || character === '|' || character === ')') return undefined;
      throw this.broken(`unexpected "${character}"`);
    }
    const name = this.identifier();
    this.skipSpace();
    // The next rule begins here.
    if (this.text.startsWith('::=', this.at)) return undefined;
    if (this.text[this.at] === '(' && MACROS.has(name)) throw this.refused(`${name} is not supported by this engine`);
    return rule(this.ruleName(name));
  }

  private quantified(atom: Expression): Expression {
    switch (this.text[this.at]) {
      case '*':
        this.at++;
        return repeat(atom, 0);
      case '+':
        this.at++;
        return repeat(atom, 1);
      case '?':
        this.at++;
        return repeat(atom, 0, 1);
      case '{':
        return repeat(atom, ...this.bounds());
      default:
        return atom;
    }
  }

  private bounds(): readonly [number, number?] {
    this.at++;
    const end = this.text.indexOf('}', this.at);
    const match = /^\s*(\d{1,9})\s*(,\s*(\d{1,9})?\s*)?$/.exec(this.text.slice(this.at, Math.min(end, this.at + 64)));
    if (end < 0 || match === null) throw this.broken('invalid repetition');
    const least = Number(match[1]);
    const upper = (match[3] as string | undefined) === undefined ? undefined : Number(match[3]);
    const most = (match[2] as string | undefined) === undefined ? least : upper;
    if (Math.max(least, most ?? 0) > MAX_REPEATS)
      throw this.refused(`it repeats a part more than ${MAX_REPEATS} times`);
    if (most !== undefined && most < least) throw this.broken('the bounds of a repetition are out of order');
    this.at = end + 1;
    return [least, most];
  }

  private quoted(): string {
    this.at++;
    let text = '';
    while (this.text[this.at] !== '"') {
      if (this.at >= this.text.length || this.text[this.at] === '\n') throw this.broken('missing "');
      text += String.fromCodePoint(this.character());
    }
    this.at++;
    return text;
  }

  private characterClass(): Expression {
    this.at++;
    const isNegated = this.text[this.at] === '^';
    if (isNegated) this.at++;
    const ranges: CharacterRange[] = [];
    while (this.text[this.at] !== ']') {
      if (this.at >= this.text.length) throw this.broken('missing "]"');
      const first = this.character();
      let last = first;
      if (this.text[this.at] === '-' && this.text[this.at + 1] !== ']') {
        this.at++;
        if (this.at >= this.text.length) throw this.broken('missing "]"');
        last = this.character();
      }
      if (last < first) throw this.broken('a range of characters is out of order');
      ranges.push([first, last]);
    }
    this.at++;
    return characters(isNegated ? complement(ranges) : ranges);
  }

  /** One character of a string or a class, as its number. */
  private character(): number {
    const codePoint = this.text.codePointAt(this.at) ?? 0;
    this.at += codePoint > 0xffff ? 2 : 1;
    if (codePoint !== 0x5c) return codePoint;
    const escape = this.text[this.at] ?? '';
    this.at++;
    const length = HEX_ESCAPES[escape];
    if (length === undefined) return (SHORT_ESCAPES[escape] ?? escape).codePointAt(0) ?? 0;
    const digits = this.text.slice(this.at, this.at + length);
    this.at += length;
    const number = /^[0-9A-Fa-f]+$/.test(digits) && digits.length === length ? Number.parseInt(digits, 16) : NaN;
    if (!(number <= LAST_CODE_POINT)) throw this.broken('invalid escape');
    return number;
  }

  private identifier(): string {
    const match = /^[A-Za-z_][A-Za-z0-9_.-]*/.exec(this.text.slice(this.at, this.at + 256));
    if (match === null) throw this.broken('expected the name of a rule');
    this.at += match[0].length;
    return match[0];
  }

  private take(token: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  private expect(token: string): void {
    if (!this.take(token)) throw this.broken(`expected "${token}"`);
  }

  /** White space and comments. */
  private skipSpace(): void {
    for (;;) {
      const character = this.text[this.at];
      if (character === '#') {
        const end = this.text.indexOf('\n', this.at);
        this.at = end < 0 ? this.text.length : end;
      } else if (character === ' ' || character === '\n' || character === '\t' || character === '\r') {
        this.at++;
      } else {
        return;
      }
    }
  }

  private broken(reason: string): BrokenGrammarError {
    return new BrokenGrammarError(toMessage(reason, this.line));
  }

  private refused(reason: string): InvalidRequestError {
    return refused(reason, this.line);
  }

  private get line(): number {
    return this.text.slice(0, this.at).split('\n').length;
  }
}

/** XGrammar's functions, which make an output free until something begins. */
const MACROS: ReadonlySet<string> = new Set(['TagDispatch', 'TokenTagDispatch']);

const HEX_ESCAPES: Readonly<Record<string, number | undefined>> = { x: 2, u: 4, U: 8 };

const SHORT_ESCAPES: Readonly<Record<string, string | undefined>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
  b: '\b',
  a: '\x07',
  '0': '\0',
};

/** Not a grammar, to nobody; other faults are limits of ours. */
export class BrokenGrammarError extends InvalidRequestError {}

function refused(reason: string, line: number): InvalidRequestError {
  return new InvalidRequestError(toMessage(reason, line));
}

function toMessage(reason: string, line: number): string {
  return `Invalid grammar specification. Line ${line}: ${reason}`;
}
