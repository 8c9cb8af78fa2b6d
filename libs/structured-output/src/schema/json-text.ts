import {
  characters,
  choice,
  complement,
  EMPTY,
  intersection,
  literal,
  optional,
  repeat,
  sequence,
} from '../grammar/expression.js';
import type { CharacterRange, Expression } from '../grammar/expression.js';
import type { JsonStyle } from '../constraint.js';
import type { GrammarBuilder } from '../grammar/grammar.js';

/** Characters that stand for themselves in a JSON string. */
const PLAIN = complement([
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);
const ASCII_PLAIN = intersection(PLAIN, [[0, 0x7f]]);
const HEX: CharacterRange[] = [
  [0x30, 0x39],
  [0x41, 0x46],
  [0x61, 0x66],
];
const HEX_BUT_D = intersection(HEX, complement([toRange('d'), toRange('D')]));

/** An escape for one character: `\n`, `\u00e9`; none for half a surrogate pair. */
const ESCAPE = sequence(
  literal('\\'),
  choice([
    characters([...'"\\/bfnrt'].map((character) => toRange(character))),
    sequence(
      literal('u'),
      choice([
        sequence(characters(HEX_BUT_D), repeat(characters(HEX), 3, 3)),
        sequence(characters([toRange('d'), toRange('D')]), characters([[0x30, 0x37]]), repeat(characters(HEX), 2, 2)),
      ]),
    ),
  ]),
);

const QUOTE = literal('"');

/** Any JSON string. In this form XGrammar's masks are hundreds of times cheaper than as a repeated choice. */
export const ANY_STRING: Expression = sequence(
  QUOTE,
  repeat(characters(PLAIN), 0),
  repeat(sequence(ESCAPE, repeat(characters(PLAIN), 0)), 0),
  QUOTE,
);

/** A JSON string of so many characters. */
export function stringOfLength(least: number, most: number | undefined): Expression {
  if (least === 0 && most === undefined) return ANY_STRING;
  // Without escapes where they are counted: a counted choice costs seconds a token.
  if (most !== undefined) return sequence(QUOTE, repeat(characters(PLAIN), least, most), QUOTE);
  const [, ...rest] = ANY_STRING.type === 'sequence' ? ANY_STRING.parts : [];
  return sequence(QUOTE, repeat(characters(PLAIN), least, least), ...rest);
}

/** A JSON string whose value is what `content` says. */
export function stringOf(content: Expression): Expression {
  return sequence(QUOTE, insideString(content), QUOTE);
}

function insideString(expression: Expression): Expression {
  switch (expression.type) {
    case 'literal':
      return literal(JSON.stringify(expression.text).slice(1, -1));
    case 'characters':
      return choice([
        characters(intersection(expression.ranges, PLAIN)),
        ...SHORT_ESCAPES.filter(([code]) => intersection(expression.ranges, [[code, code]]).length > 0).map(
          ([, text]) => literal(text),
        ),
      ]);
    case 'sequence':
      return sequence(...expression.parts.map(insideString));
    case 'choice':
      return choice(expression.options.map(insideString));
    case 'repeat':
      return repeat(insideString(expression.part), expression.least, expression.most);
    default:
      return expression;
  }
}

const SHORT_ESCAPES: readonly (readonly [code: number, text: string])[] = [
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
];

/**
 * A JSON string that is none of these. Without escapes, by which the same text could be spelled in another way.
 */
export function stringBut(texts: readonly string[]): Expression {
  return sequence(QUOTE, allBut(texts.map((text) => [...text])), QUOTE);
}

function allBut(texts: readonly (readonly string[])[]): Expression {
  const heads = new Map<string, string[][]>();
  for (const [head, ...tail] of texts.filter(({ length }) => length > 0)) {
    heads.set(head, [...(heads.get(head) ?? []), tail]);
  }
  const isAscii = [...heads.keys()].every((head) => head <= '\x7f');
  // All but one of the characters beyond ASCII cannot be said to XGrammar.
  const others = intersection(isAscii ? PLAIN : ASCII_PLAIN, complement([...heads.keys()].map(toRange)));
  const longer = choice([
    sequence(characters(others), repeat(characters(PLAIN), 0)),
    ...[...heads]
      .filter(([head]) => intersection(PLAIN, [toRange(head)]).length > 0)
      .map(([head, tails]) => sequence(literal(head), allBut(tails))),
  ]);
  return texts.some(({ length }) => length === 0) ? longer : optional(longer);
}

const DIGIT = characters([[0x30, 0x39]]);
const NON_ZERO = characters([[0x31, 0x39]]);

/** So few digits that every reader has a finite number for it. */
const MAX_DIGITS = 18;

export const ANY_INTEGER: Expression = sequence(
  optional(literal('-')),
  choice([literal('0'), sequence(NON_ZERO, repeat(DIGIT, 0, MAX_DIGITS - 1))]),
);

export const ANY_NUMBER: Expression = sequence(
  ANY_INTEGER,
  optional(sequence(literal('.'), repeat(DIGIT, 1, MAX_DIGITS))),
  optional(
    sequence(
      characters([toRange('e'), toRange('E')]),
      optional(characters([toRange('+'), toRange('-')])),
      repeat(DIGIT, 1, 2),
    ),
  ),
);

/** How objects and arrays are spaced. */
export interface Spacing {
  /** Behind an opening and before a closing bracket. */
  readonly inside: Expression;
  readonly comma: Expression;
  readonly colon: Expression;
}

export function toSpacing({ anyWhitespace }: JsonStyle, builder: GrammarBuilder): Spacing {
  if (!anyWhitespace) return { inside: EMPTY, comma: literal(', '), colon: literal(': ') };
  const lineBreak = sequence(literal('\n'), repeat(characters([toRange(' '), toRange('\t')]), 0, MAX_INDENTATION));
  const space = builder.add('space', optional(choice([literal(' '), lineBreak])));
  return { inside: space, comma: sequence(space, literal(','), space), colon: sequence(space, literal(':'), space) };
}

/** All that pretty-printers write; more would let a model go on with blanks until its tokens are used up. */
const MAX_INDENTATION = 32;

function toRange(character: string): CharacterRange {
  const codePoint = character.codePointAt(0) ?? 0;
  return [codePoint, codePoint];
}
