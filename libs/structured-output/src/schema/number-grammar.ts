import { characters, choice, literal, optional, repeat, sequence } from '../grammar/expression.js';
import type { Expression } from '../grammar/expression.js';
import { invalidSchema, numberOf, unenforceable } from './json-schema.js';
import type { SchemaObject } from './json-schema.js';
import { integersIn, numbersIn, tightened } from './number-range.js';
import type { Bound, NumberRange } from './number-range.js';

/** Multiples that are listed one by one. */
const MOST_LISTED = 1000;

/** JSON texts of the numbers that fit a schema; undefined when it says nothing about them. */
export function numberOfSchema(schema: SchemaObject, type: 'integer' | 'number'): Expression | undefined {
  const range = rangeOf(schema);
  const step = numberOf(schema, 'multipleOf');
  if (step !== undefined && step !== 1) return multiplesIn(range, step);
  if (step === 1) return range === undefined ? undefined : integersIn(range);
  if (range === undefined) return undefined;
  return type === 'integer' ? integersIn(range) : numbersIn(range);
}

function rangeOf(schema: SchemaObject): NumberRange | undefined {
  const least = bound(schema, 'least', ['minimum', 'exclusiveMinimum']);
  const most = bound(schema, 'most', ['maximum', 'exclusiveMaximum']);
  return least === undefined && most === undefined ? undefined : { least, most };
}

function bound(
  schema: SchemaObject,
  side: 'least' | 'most',
  [keyword, exclusiveKeyword]: readonly [string, string],
): Bound | undefined {
  const inclusive = numberOf(schema, keyword);
  const exclusive = numberOf(schema, exclusiveKeyword);
  if (inclusive === undefined && exclusive === undefined) return undefined;
  // Draft 4: the exclusive keyword is a switch.
  const isSwitchedOn = schema[exclusiveKeyword] === true;
  const isTighter =
    exclusive !== undefined &&
    (inclusive === undefined || (side === 'least' ? exclusive >= inclusive : exclusive <= inclusive));
  const given: Bound = isTighter
    ? { value: exclusive, exclusive: true }
    : { value: inclusive ?? 0, exclusive: isSwitchedOn };
  const usable = tightened(given, side);
  if (usable === undefined) throw unenforceable(`"${isTighter ? exclusiveKeyword : keyword}": ${given.value}`);
  return usable;
}

function multiplesIn(range: NumberRange | undefined, step: number): Expression {
  if (step <= 0) throw invalidSchema('"multipleOf" must be greater than 0');
  // Fractions are not exact in binary: whether 0.3 is a multiple of 0.1 depends on who asks.
  if (!Number.isSafeInteger(step)) throw unenforceable('"multipleOf" with a fraction');
  if (range?.least !== undefined && range.most !== undefined) {
    const first = Math.ceil(range.least.value / step);
    const count = Math.floor(range.most.value / step) - first + 1;
    if (count > MOST_LISTED) throw unenforceable(`"multipleOf" with more than ${MOST_LISTED} values in the range`);
    const values = Array.from({ length: Math.max(0, count) }, (_, index) => (first + index) * step);
    return choice(values.filter((value) => isInside(value, range)).map((value) => literal(String(value))));
  }
  const zeros = /^10*$/.exec(String(step));
  if (range !== undefined || zeros === null)
    throw unenforceable(`"multipleOf": ${step} without both a minimum and a maximum`);
  const digit = characters([[0x30, 0x39]]);
  const tail = '0'.repeat(String(step).length - 1);
  const some = sequence(characters([[0x31, 0x39]]), repeat(digit, 0, 11), literal(tail));
  return choice([literal('0'), sequence(optional(literal('-')), some)]);
}

function isInside(value: number, { least, most }: NumberRange): boolean {
  const isAbove = least === undefined || value > least.value || (value === least.value && !least.exclusive);
  return isAbove && (most === undefined || value < most.value || (value === most.value && !most.exclusive));
}
