import { characters, choice, literal, NOTHING, optional, repeat, sequence } from '../grammar/expression.js';
import type { Expression } from '../grammar/expression.js';

/** Numbers from `least` to `most`; an end that is not there is open. `exclusive`: the end itself is not one of them. */
export interface NumberRange {
  readonly least?: Bound | undefined;
  readonly most?: Bound | undefined;
}

export interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

/** More digits than these are not written. */
const MAX_DIGITS = 18;
const MAX_FRACTION_DIGITS = 6;
/** Largest magnitude of a bound. */
const LARGEST_BOUND = 1e15;
/** Numbers this side of a larger one can be rounded to it by who reads them. */
const LARGEST_EXCLUSIVE = 1e9;

/** JSON texts of the whole numbers in a range. */
export function integersIn(range: NumberRange): Expression {
  const least =
    range.least && (range.least.exclusive ? Math.floor(range.least.value) + 1 : Math.ceil(range.least.value));
  const most = range.most && (range.most.exclusive ? Math.ceil(range.most.value) - 1 : Math.floor(range.most.value));
  if (least !== undefined && most !== undefined && least > most) return NOTHING;
  const positive = most === undefined || most >= 0 ? wholeBetween(Math.max(0, least ?? 0), most) : NOTHING;
  const isNegativeAllowed = least === undefined || least < 0;
  const smallest = most === undefined || most >= 0 ? 1 : -most;
  const negative = isNegativeAllowed ? wholeBetween(smallest, least === undefined ? undefined : -least) : NOTHING;
  return choice([positive, sequence(literal('-'), negative)]);
}

/** JSON texts, without exponents, of the numbers in a range. */
export function numbersIn({ least, most }: NumberRange): Expression {
  const positive = most === undefined || most.value >= 0 ? magnitudes(atLeastZero(least), most) : NOTHING;
  const isNegativeAllowed = least === undefined || least.value < 0;
  const negative = isNegativeAllowed ? magnitudes(atLeastZero(mirrored(most)), mirrored(least)) : NOTHING;
  return choice([positive, sequence(literal('-'), negative)]);
}

function mirrored(bound: Bound | undefined): Bound | undefined {
  return bound && { value: -bound.value, exclusive: bound.exclusive };
}

function atLeastZero(bound: Bound | undefined): Bound {
  return bound === undefined || bound.value < 0 ? { value: 0, exclusive: false } : bound;
}

/** Unsigned numbers between two bounds. */
function magnitudes(least: Bound, most: Bound | undefined): Expression {
  const low = toDigits(least.value);
  const high = most && toDigits(most.value);
  const above = fractionsFrom(low.fraction, least.exclusive);
  if (high === undefined) {
    return choice([
      sequence(literal(low.whole), above),
      sequence(wholeBetween(Number(low.whole) + 1, undefined), anyFraction()),
    ]);
  }
  const below = fractionsUpTo(high.fraction, most?.exclusive === true);
  if (low.whole === high.whole) {
    return sequence(literal(low.whole), fractionsBetween(low.fraction, high.fraction, least, most ?? least));
  }
  const [first, last] = [Number(low.whole) + 1, Number(high.whole) - 1];
  if (first > last + 1) return NOTHING;
  const between = first > last ? NOTHING : sequence(wholeBetween(first, last), anyFraction());
  return choice([sequence(literal(low.whole), above), between, sequence(literal(high.whole), below)]);
}

/** Decimal digits without an exponent; the fraction without trailing zeros. */
function toDigits(value: number): { readonly whole: string; readonly fraction: string } {
  const [whole, fraction = ''] = value.toFixed(MAX_FRACTION_DIGITS).split('.');
  return { whole, fraction: fraction.replace(/0+$/, '') };
}

/**
 * A bound as it can be told apart in so many digits: itself, or the next one inside of the range. Undefined for one that is too large.
 */
export function tightened(bound: Bound, side: 'least' | 'most'): Bound | undefined {
  const { value, exclusive } = bound;
  if (Math.abs(value) > (exclusive ? LARGEST_EXCLUSIVE : LARGEST_BOUND)) return undefined;
  if (Number(value.toFixed(MAX_FRACTION_DIGITS)) === value) return bound;
  const scale = 10 ** MAX_FRACTION_DIGITS;
  const inside = side === 'least' ? Math.ceil(value * scale) : Math.floor(value * scale);
  return { value: inside / scale, exclusive: false };
}

function digit(first: number, last: number): Expression {
  return first > last ? NOTHING : characters([[0x30 + first, 0x30 + last]]);
}

const ANY_DIGIT = digit(0, 9);

function anyFraction(): Expression {
  return optional(sequence(literal('.'), repeat(ANY_DIGIT, 1, MAX_FRACTION_DIGITS)));
}

/** `.` and digits, or nothing: what makes at least this fraction. */
function fractionsFrom(least: string, isExclusive: boolean): Expression {
  if (least === '' && !isExclusive) return anyFraction();
  const digits = digitsFrom([...least].map(Number), isExclusive, MAX_FRACTION_DIGITS);
  return sequence(literal('.'), digits);
}

function digitsFrom([head, ...tail]: readonly number[], isExclusive: boolean, room: number): Expression {
  if (room === 0) return NOTHING;
  if ((head as number | undefined) === undefined) {
    if (!isExclusive) return repeat(ANY_DIGIT, 0, room);
    // Something that is not zero must come.
    return sequence(digit(1, 9), repeat(ANY_DIGIT, 0, room - 1));
  }
  return choice([
    sequence(digit(head + 1, 9), repeat(ANY_DIGIT, 0, room - 1)),
    sequence(digit(head, head), digitsFrom(tail, isExclusive, room - 1)),
  ]);
}

/** `.` and digits, or nothing: what makes at most this fraction. */
function fractionsUpTo(most: string, isExclusive: boolean): Expression {
  const zeros = optional(sequence(literal('.'), repeat(literal('0'), 1, 3)));
  if (most === '') return isExclusive ? NOTHING : zeros;
  return optional(sequence(literal('.'), digitsUpTo([...most].map(Number), isExclusive, MAX_FRACTION_DIGITS)));
}

/** At least one digit. The last of `digits` is not zero. */
function digitsUpTo([head, ...tail]: readonly number[], isExclusive: boolean, room: number): Expression {
  const smaller = sequence(digit(0, head - 1), repeat(ANY_DIGIT, 0, room - 1));
  if (tail.length === 0) {
    const equal = isExclusive ? NOTHING : sequence(digit(head, head), repeat(literal('0'), 0, 3));
    return choice([smaller, equal]);
  }
  // Digits that end here are smaller than the bound, which goes on.
  return choice([smaller, sequence(digit(head, head), optional(digitsUpTo(tail, isExclusive, room - 1)))]);
}

/** `.` and digits, or nothing, between two fractions. */
function fractionsBetween(low: string, high: string, least: Bound, most: Bound): Expression {
  const length = Math.max(low.length, high.length);
  const lowDigits = [...low.padEnd(length, '0')].map(Number);
  const highDigits = [...high.padEnd(length, '0')].map(Number);
  const isBareAllowed = Number(`0.${low}0`) === 0 && !least.exclusive;
  const isPoint = low === high;
  if (isPoint) {
    if (least.exclusive || most.exclusive) return NOTHING;
    return low === '' ? optional(sequence(literal('.'), repeat(literal('0'), 1, 3))) : literal(`.${low}`);
  }
  if (low > high) return NOTHING;
  const digits = sequence(
    literal('.'),
    digitsBetween(lowDigits, highDigits, { least, most, room: MAX_FRACTION_DIGITS }),
  );
  return isBareAllowed ? optional(digits) : digits;
}

function digitsBetween(
  [low, ...lowTail]: readonly number[],
  [high, ...highTail]: readonly number[],
  context: { readonly least: Bound; readonly most: Bound; readonly room: number },
): Expression {
  const { least, most, room } = context;
  if (low === high) return sequence(digit(low, low), digitsBetween(lowTail, highTail, { ...context, room: room - 1 }));
  const lowRest = trimmed(lowTail);
  const highRest = trimmed(highTail);
  const from =
    lowRest.length === 0 && !least.exclusive
      ? repeat(ANY_DIGIT, 0, room - 1)
      : digitsFrom(lowRest, least.exclusive, room - 1);
  const upTo =
    highRest.length === 0
      ? most.exclusive
        ? NOTHING
        : repeat(literal('0'), 0, 3)
      : optional(digitsUpTo(highRest, most.exclusive, room - 1));
  return choice([
    sequence(digit(low, low), from),
    sequence(digit(low + 1, high - 1), repeat(ANY_DIGIT, 0, room - 1)),
    sequence(digit(high, high), upTo),
  ]);
}

function trimmed(digits: readonly number[]): readonly number[] {
  const end = digits.findLastIndex((value) => value !== 0);
  return digits.slice(0, end + 1);
}

/** Decimal texts of the whole numbers between two that are not negative. */
function wholeBetween(least: number, most: number | undefined): Expression {
  if (most !== undefined && least > most) return NOTHING;
  const low = String(least);
  if (most === undefined) {
    const longer = sequence(digit(1, 9), repeat(ANY_DIGIT, low.length, MAX_DIGITS - 1));
    return choice([sameLength(low, '9'.repeat(low.length)), longer]);
  }
  const high = String(most);
  if (low.length === high.length) return sameLength(low, high);
  const shorter = Array.from({ length: high.length - low.length - 1 }, (_, index) =>
    sequence(digit(1, 9), repeat(ANY_DIGIT, low.length + index, low.length + index)),
  );
  return choice([
    sameLength(low, '9'.repeat(low.length)),
    ...shorter,
    sameLength(`1${'0'.repeat(high.length - 1)}`, high),
  ]);
}

/** Digit strings of one length between two of that length. */
function sameLength(low: string, high: string): Expression {
  if (low === '') return sequence();
  const [first, last] = [Number(low[0]), Number(high[0])];
  const rest = low.length - 1;
  if (first === last) return sequence(digit(first, first), sameLength(low.slice(1), high.slice(1)));
  const nines = '9'.repeat(rest);
  const zeros = '0'.repeat(rest);
  const isWholeLow = low.slice(1) === zeros;
  const isWholeHigh = high.slice(1) === nines;
  const [from, to] = [isWholeLow ? first : first + 1, isWholeHigh ? last : last - 1];
  return choice([
    isWholeLow ? NOTHING : sequence(digit(first, first), sameLength(low.slice(1), nines)),
    sequence(digit(from, to), repeat(ANY_DIGIT, rest, rest)),
    isWholeHigh ? NOTHING : sequence(digit(last, last), sameLength(zeros, high.slice(1))),
  ]);
}
