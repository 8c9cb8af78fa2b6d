import { complement, intersection } from './expression.js';
import type { CharacterRange, Expression } from './expression.js';
import type { Grammar } from './grammar.js';

/** A grammar in XGrammar's EBNF. */
export function toEbnf(grammar: Grammar): string {
  return [...grammar].map(([name, expression]) => `${name} ::= ${print(expression)}`).join('\n');
}

function print(expression: Expression): string {
  switch (expression.type) {
    case 'literal':
      return `"${[...expression.text].map((character) => escaped(character.codePointAt(0) ?? 0)).join('')}"`;
    case 'characters':
      return printCharacters(expression.ranges);
    case 'sequence':
      return expression.parts.length === 0 ? '""' : expression.parts.map(printPart).join(' ');
    case 'choice':
      return expression.options.map(printPart).join(' | ');
    case 'repeat':
      return `${printPart(expression.part)}${suffix(expression.least, expression.most)}`;
    case 'rule':
      return expression.name;
    case 'dispatch': {
      const { triggers, stops, loop } = expression;
      const tags = triggers.map(([trigger, rule]) => `(${print({ type: 'literal', text: trigger })}, ${rule}), `);
      const ends = stops.map((stop) => print({ type: 'literal', text: stop }));
      return `TagDispatch(${tags.join('')}stop_eos=${stops.length === 0}, stop_str=(${ends.join(', ')}), loop_after_dispatch=${loop})`;
    }
  }
}

const ASCII: readonly CharacterRange[] = [[0, 0x7f]];
const BEYOND_ASCII = complement(ASCII);
/** Characters beyond ASCII that a class can name one by one. */
const MOST_LISTED = 512;

/** Whether XGrammar can be told of these characters: beyond ASCII all, or few. Its WebAssembly build reads ranges beyond ASCII wrongly. */
export function isPrintable(ranges: readonly CharacterRange[]): boolean {
  const beyond = intersection(ranges, BEYOND_ASCII);
  return isAllBeyondAscii(beyond) || beyond.reduce((sum, [first, last]) => sum + last - first + 1, 0) <= MOST_LISTED;
}

function isAllBeyondAscii(beyond: readonly CharacterRange[]): boolean {
  return intersection(complement(beyond), BEYOND_ASCII).length === 0;
}

function printCharacters(ranges: readonly CharacterRange[]): string {
  const ascii = intersection(ranges, ASCII);
  const beyond = intersection(ranges, BEYOND_ASCII);
  // A class of every character but NUL, which no text needs, where it would leave out none.
  if (isAllBeyondAscii(beyond)) {
    const others = intersection(complement(ascii), ASCII);
    return `[^${(others.length === 0 ? [NUL] : others).map(printRange).join('')}]`;
  }
  const listed = beyond.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
  const options = listed.map((codePoint) => `"${escaped(codePoint)}"`);
  if (options.length === 0) return `[${ascii.map(printRange).join('')}]`;
  return `(${[...(ascii.length > 0 ? [`[${ascii.map(printRange).join('')}]`] : []), ...options].join(' | ')})`;
}

const NUL: CharacterRange = [0, 0];

function printPart(expression: Expression): string {
  const isCompound = expression.type === 'sequence' || expression.type === 'choice' || expression.type === 'repeat';
  return isCompound ? `(${print(expression)})` : print(expression);
}

function suffix(least: number, most: number | undefined): string {
  if (most === undefined) return least === 0 ? '*' : least === 1 ? '+' : `{${least},}`;
  if (least === 0 && most === 1) return '?';
  return least === most ? `{${least}}` : `{${least},${most}}`;
}

function printRange([first, last]: CharacterRange): string {
  return first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`;
}

/** Letters and digits as they are, everything else by its number. */
function escaped(codePoint: number): string {
  const character = String.fromCodePoint(codePoint);
  if (/[A-Za-z0-9 ]/.test(character)) return character;
  return codePoint <= 0xffff
    ? `\\u${codePoint.toString(16).padStart(4, '0')}`
    : `\\U${codePoint.toString(16).padStart(8, '0')}`;
}
