import { InvalidRequestError } from '@app/errors';
import { choice, characters, complement, LAST_CODE_POINT, literal, repeat, sequence } from '../grammar/expression.js';
import type { CharacterRange, Expression } from '../grammar/expression.js';
import { MAX_REPEATS } from '../grammar/grammar.js';

const MAX_LENGTH = 32_768;
const MAX_NESTING = 100;

/**
 * What a whole text must be to match a regular expression. `^` and `$` may stand where they change nothing. Throws `InvalidRequestError` for a pattern that is
 * none, and for what no grammar can say: look-around, back-references, word boundaries, anchors inside. Linear time.
 */
export function parseRegex(pattern: string): Expression {
  if (pattern.length > MAX_LENGTH) throw unsupported(`more than ${MAX_LENGTH} characters`);
  return new RegexParser(pattern).parse();
}

interface Parsed {
  readonly expression: Expression;
  /** It has `$` at its end: nothing may follow. */
  readonly isLast: boolean;
}

class RegexParser {
  private readonly text: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(pattern: string) {
    this.text = [...pattern];
  }

  parse(): Expression {
    const { expression } = this.alternatives(true);
    if (this.at < this.text.length) throw broken('unbalanced ")"');
    return expression;
  }

  /** `isFirst`: nothing stands before it, so that `^` is no news. */
  private alternatives(isFirst: boolean): Parsed {
    this.depth++;
    if (this.depth > MAX_NESTING) throw unsupported(`groups nested deeper than ${MAX_NESTING}`);
    const options = [this.terms(isFirst)];
    while (this.take('|')) options.push(this.terms(isFirst));
    this.depth--;
    return {
      expression: choice(options.map(({ expression }) => expression)),
      isLast: options.some(({ isLast }) => isLast),
    };
  }

  private terms(isFirst: boolean): Parsed {
    const parts: Expression[] = [];
    let isLast = false;
    while (this.at < this.text.length && this.peek() !== '|' && this.peek() !== ')') {
      if (this.take('$')) {
        isLast = true;
        continue;
      }
      if (isLast) throw unsupported('an anchor inside of the pattern');
      if (this.take('^')) {
        if (!isFirst || parts.length > 0) throw unsupported('an anchor inside of the pattern');
        continue;
      }
      const atom = this.atom(isFirst && parts.length === 0);
      const quantified = this.quantified(atom.expression);
      if (atom.isLast && quantified !== atom.expression) throw unsupported('an anchor inside of the pattern');
      parts.push(quantified);
      isLast = atom.isLast;
    }
    return { expression: sequence(...parts), isLast };
  }

  private quantified(part: Expression): Expression {
    const bounds = this.bounds();
    if (bounds === undefined) return part;
    // Lazy or not, the texts are the same.
    this.take('?');
    if (this.peek() === '+') throw unsupported('a possessive quantifier');
    if (this.bounds() !== undefined) throw broken('two quantifiers in a row');
    return repeat(part, ...bounds);
  }

  private bounds(): readonly [least: number, most?: number] | undefined {
    if (this.take('*')) return [0];
    if (this.take('+')) return [1];
    if (this.take('?')) return [0, 1];
    const start = this.at;
    if (!this.take('{')) return undefined;
    const least = this.digits();
    const isRange = this.take(',');
    const most = isRange ? this.digits() : least;
    if (!this.take('}') || (least === undefined && most === undefined)) {
      // As most dialects do: a brace that counts nothing is a character.
      this.at = start;
      return undefined;
    }
    if (Math.max(least ?? 0, most ?? 0) > MAX_REPEATS) throw unsupported(`more than ${MAX_REPEATS} counted repeats`);
    if (most !== undefined && most < (least ?? 0)) throw broken('the bounds of a repetition are out of order');
    return [least ?? 0, most];
  }

  private digits(): number | undefined {
    let digits = '';
    while (/^[0-9]$/.test(this.peek() ?? '')) digits += this.next();
    return digits === '' ? undefined : Number(digits);
  }

  private atom(isFirst: boolean): Parsed {
    const character = this.next();
    switch (character) {
      case '(':
        return this.group(isFirst);
      case '[':
        return whole(characters(this.characterClass()));
      case '.':
        return whole(characters(complement([toRange('\n'), toRange('\r')])));
      case '\\':
        return whole(this.escape());
      case '*':
      case '+':
      case '?':
        throw broken(`nothing to repeat before "${character}"`);
      default:
        return whole(literal(character));
    }
  }

  private group(isFirst: boolean): Parsed {
    if (this.take('?')) {
      if (this.take(':')) return this.groupBody(isFirst);
      const isPython = this.take('P');
      if (!this.take('<') || this.peek() === '=' || this.peek() === '!') {
        throw unsupported(isPython ? 'a back-reference' : 'look-around or a flag inside of the pattern');
      }
      while (this.next() !== '>');
    }
    return this.groupBody(isFirst);
  }

  private groupBody(isFirst: boolean): Parsed {
    const body = this.alternatives(isFirst);
    if (!this.take(')')) throw broken('missing ")"');
    return body;
  }

  private characterClass(): readonly CharacterRange[] {
    const isNegated = this.take('^');
    const ranges: CharacterRange[] = [];
    for (let isFirst = true; isFirst || this.peek() !== ']'; isFirst = false) {
      if (this.at >= this.text.length) throw broken('missing "]"');
      if (isFirst && this.peek() === ']') break;
      const start = this.classMember();
      if (this.peek() === '-' && this.text[this.at + 1] !== ']' && this.at + 1 < this.text.length) {
        this.at++;
        const end = this.classMember();
        if (start.length !== 1 || end.length !== 1 || start[0][0] !== start[0][1] || end[0][0] !== end[0][1]) {
          throw unsupported('a range between classes of characters');
        }
        if (start[0][0] > end[0][0]) throw broken('a range of characters is out of order');
        ranges.push([start[0][0], end[0][0]]);
      } else {
        ranges.push(...start);
      }
    }
    this.at++;
    return isNegated ? complement(ranges) : ranges;
  }

  private classMember(): readonly CharacterRange[] {
    const character = this.next();
    if (character !== '\\') return [toRange(character)];
    if (this.take('b')) return [toRange('\b')];
    return this.escapedSet();
  }

  private escape(): Expression {
    const next = this.peek() ?? '';
    if (next === 'b' || next === 'B') throw unsupported('a word boundary');
    if (/^[1-9]$/.test(next) || next === 'k') throw unsupported('a back-reference');
    if (next === 'A' || next === 'Z' || next === 'z') throw unsupported('an anchor (use ^ and $)');
    return characters(this.escapedSet());
  }

  private escapedSet(): readonly CharacterRange[] {
    const name = this.next();
    const set = CLASSES[name];
    if (set !== undefined) return set;
    if (name === 'p' || name === 'P') throw unsupported('a Unicode property class');
    const control = CONTROLS[name];
    if (control !== undefined) return [toRange(control)];
    if (name === 'x') return [this.byNumber(2)];
    if (name === 'u') return [this.unicode()];
    if (/^[A-Za-z]$/.test(name)) throw unsupported(`the escape "\\${name}"`);
    return [toRange(name)];
  }

  private unicode(): CharacterRange {
    if (!this.take('{')) {
      const [high] = this.byNumber(4);
      const isPair = high >= 0xd800 && high <= 0xdbff && this.peek() === '\\' && this.text[this.at + 1] === 'u';
      if (!isPair) return [high, high];
      this.at += 2;
      const [low] = this.byNumber(4);
      const codePoint = 0x10000 + (high - 0xd800) * 0x400 + (low - 0xdc00);
      return [codePoint, codePoint];
    }
    let digits = '';
    while (this.peek() !== '}') digits += this.next();
    this.at++;
    return toCodePoint(digits);
  }

  private byNumber(length: number): CharacterRange {
    let digits = '';
    while (digits.length < length) digits += this.next();
    return toCodePoint(digits);
  }

  private peek(): string | undefined {
    return this.text[this.at];
  }

  private next(): string {
    if (this.at >= this.text.length) throw broken('it ends too early');
    const character = this.text[this.at];
    this.at++;
    return character;
  }

  private take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at++;
    return true;
  }
}

function whole(expression: Expression): Parsed {
  return { expression, isLast: false };
}

function toRange(character: string): CharacterRange {
  const codePoint = character.codePointAt(0) ?? 0;
  return [codePoint, codePoint];
}

function toCodePoint(digits: string): CharacterRange {
  const codePoint = /^[0-9A-Fa-f]{1,8}$/.test(digits) ? Number.parseInt(digits, 16) : NaN;
  if (!(codePoint <= LAST_CODE_POINT)) throw broken(`"${digits}" is no number of a character`);
  return [codePoint, codePoint];
}

const DIGITS: readonly CharacterRange[] = [[0x30, 0x39]];
const WORD: readonly CharacterRange[] = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACE: readonly CharacterRange[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
];
/** What no dialect calls space: beyond ASCII that differs. */
const NO_SPACE: readonly CharacterRange[] = [
  [0x00, 0x08],
  [0x0e, 0x1b],
  [0x21, 0x7f],
];

const CLASSES: Readonly<Record<string, readonly CharacterRange[] | undefined>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: NO_SPACE,
};

const CONTROLS: Readonly<Record<string, string | undefined>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
};

/** A pattern that no dialect takes. */
export class BrokenPatternError extends InvalidRequestError {}

function broken(reason: string): InvalidRequestError {
  return new BrokenPatternError(`Failed to transform regex into a grammar: ${reason}`);
}

function unsupported(what: string): InvalidRequestError {
  return new InvalidRequestError(
    `Regex uses unsupported feature for structured outputs: ${what}. Only basic matching constructs are supported—lookarounds, backreferences, and unicode boundaries are not.`,
  );
}
