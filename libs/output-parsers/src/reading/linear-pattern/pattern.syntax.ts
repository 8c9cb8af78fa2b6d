/** Whether a UTF-16 unit belongs to a class. */
export type CharacterTest = (unit: number) => boolean;

/** A pattern, taken apart. */
export type PatternNode =
  | { readonly type: 'character'; readonly test: CharacterTest }
  | { readonly type: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly type: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly type: 'group'; readonly name: string; readonly part: PatternNode }
  | {
      readonly type: 'repeat';
      readonly part: PatternNode;
      readonly min: number;
      /** Infinity: as often as it goes. */
      readonly max: number;
      readonly lazy: boolean;
    };

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };
const CLASSES: Readonly<Record<string, RegExp>> = {
  d: /\p{Nd}/u,
  D: /\P{Nd}/u,
  w: /[\p{L}\p{N}_]/u,
  W: /[^\p{L}\p{N}_]/u,
  s: /\s/,
  S: /\S/,
};
const REPEAT = /\{(\d{1,3})(,?)(\d{0,3})\}/y;
const GROUP_NAME = /\(\?P<([A-Za-z_]\w{0,63})>/y;

/**
 * Reads the part of Python's pattern language that can be matched in one pass over the text: literals, classes, `.` (any character), `|`, groups (named
 * ones are captured), greedy and lazy repeats. Throws `SyntaxError` for the rest: anchors, look-around, back-references, flags.
 */
export function parsePattern(source: string): PatternNode {
  const parser = new PatternSyntax(source);
  const node = parser.choice();
  if (!parser.atEnd) throw new SyntaxError('a bracket is closed that was not opened');
  return node;
}

/** The characters of a text, one after the other. */
export function literalPattern(text: string): PatternNode {
  return { type: 'sequence', parts: [...text].flatMap((character) => [...units(character)]) };
}

function* units(text: string): Generator<PatternNode> {
  for (let i = 0; i < text.length; i++) {
    const wanted = text.charCodeAt(i);
    yield { type: 'character', test: (unit) => unit === wanted };
  }
}

class PatternSyntax {
  private at = 0;

  constructor(private readonly source: string) {}

  get atEnd(): boolean {
    return this.at === this.source.length;
  }

  choice(): PatternNode {
    const options = [this.sequence()];
    while (this.take('|')) options.push(this.sequence());
    return options.length === 1 ? options[0] : { type: 'choice', options };
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (!this.atEnd && !this.sees('|') && !this.sees(')')) parts.push(this.repeated(this.atom()));
    return { type: 'sequence', parts };
  }

  private atom(): PatternNode {
    if (this.sees('(')) return this.group();
    if (this.take('[')) return { type: 'character', test: this.characterClass() };
    if (this.take('.')) return { type: 'character', test: () => true };
    if (this.take('\\')) return { type: 'character', test: this.escape() };
    const character = this.source[this.at++];
    if ('^$*+?{'.includes(character)) throw new SyntaxError(`"${character}" cannot stand here`);
    return { type: 'character', test: oneOf(character) };
  }

  private group(): PatternNode {
    const name = this.match(GROUP_NAME)?.[1];
    if (name === undefined) {
      this.at += 1;
      if (this.take('?') && !this.take(':')) throw new SyntaxError('groups are plain, "(?:" or "(?P<name>"');
    }
    const part = this.choice();
    if (!this.take(')')) throw new SyntaxError('a group is not closed');
    return name === undefined ? part : { type: 'group', name, part };
  }

  private repeated(part: PatternNode): PatternNode {
    const range = this.range();
    if (!range) return part;
    const lazy = this.take('?');
    if (this.range()) throw new SyntaxError('a repeat is repeated');
    return { type: 'repeat', part, lazy, ...range };
  }

  private range(): { readonly min: number; readonly max: number } | undefined {
    if (this.take('*')) return { min: 0, max: Infinity };
    if (this.take('+')) return { min: 1, max: Infinity };
    if (this.take('?')) return { min: 0, max: 1 };
    const [, min, comma, max] = this.match(REPEAT) ?? [];
    if (min === undefined) return undefined;
    if (comma === '') return { min: Number(min), max: Number(min) };
    return { min: Number(min), max: max === '' ? Infinity : Number(max) };
  }

  private characterClass(): CharacterTest {
    const negated = this.take('^');
    const tests: CharacterTest[] = [];
    while (tests.length === 0 || !this.sees(']')) {
      if (this.atEnd) throw new SyntaxError('a class is not closed');
      tests.push(this.classMember());
    }
    this.at += 1;
    return negated ? (unit) => !tests.some((test) => test(unit)) : (unit) => tests.some((test) => test(unit));
  }

  private classMember(): CharacterTest {
    const first = this.source[this.at];
    if (this.take('\\')) return this.escape();
    this.at += 1;
    const isRange = this.sees('-') && this.at + 1 < this.source.length && this.source[this.at + 1] !== ']';
    if (!isRange) return oneOf(first);
    const last = this.source[this.at + 1];
    if (last === '\\' || last < first)
      throw new SyntaxError('a range of a class is not from one character to a later one');
    this.at += 2;
    return (unit) => unit >= first.charCodeAt(0) && unit <= last.charCodeAt(0);
  }

  /** What a backslash stands in front of. */
  private escape(): CharacterTest {
    const character = this.source.charAt(this.at++);
    if (Object.hasOwn(CONTROLS, character)) return oneOf(CONTROLS[character]);
    if (Object.hasOwn(CLASSES, character)) {
      const pattern = CLASSES[character];
      return (unit) => pattern.test(String.fromCharCode(unit));
    }
    if (character === '' || /[A-Za-z0-9]/.test(character)) throw new SyntaxError(`"\\${character}" is not supported`);
    return oneOf(character);
  }

  private sees(character: string): boolean {
    return this.source[this.at] === character;
  }

  private take(character: string): boolean {
    const seen = this.sees(character);
    if (seen) this.at += 1;
    return seen;
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source) ?? undefined;
    if (found) this.at = pattern.lastIndex;
    return found;
  }
}

function oneOf(character: string): CharacterTest {
  const wanted = character.charCodeAt(0);
  return (unit) => unit === wanted;
}
