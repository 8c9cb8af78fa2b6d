import { pythonRepr } from '@app/python-text';
import { report } from './schema.js';
import type { CheckContext, JsonSchema, Schema } from './schema.js';

export interface Bounds {
  readonly ge?: number | bigint | undefined;
  readonly gt?: number | bigint | undefined;
  readonly le?: number | bigint | undefined;
  readonly lt?: number | bigint | undefined;
}

export interface StringLength {
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
}

/** Any JSON value, untouched. */
export function anything(): Schema<unknown> {
  return { check: (value) => value };
}

/** Text only; lengths in code points. */
export function text({ minLength = 0, maxLength = Infinity }: StringLength = {}): Schema<string> {
  return {
    check(value, context) {
      if (typeof value !== 'string') {
        return report(context, value, { type: 'string_type', msg: 'Input should be a valid string' });
      }
      if (value.length > maxLength && [...value].length > maxLength) {
        return report(context, value, {
          type: 'string_too_long',
          msg: `String should have at most ${counted(maxLength, 'character')}`,
          ctx: { max_length: maxLength },
        });
      }
      if (value.length < minLength) {
        return report(context, value, {
          type: 'string_too_short',
          msg: `String should have at least ${counted(minLength, 'character')}`,
          ctx: { min_length: minLength },
        });
      }
      return value;
    },
    describe: () => ({
      type: 'string',
      ...(minLength > 0 ? { minLength } : {}),
      ...(maxLength < Infinity ? { maxLength } : {}),
    }),
  };
}

/** An integer, or what Python's lax mode takes for one (`"5"`, `5.0`, `true`). Beyond 2^53 the result is rounded, but finite. */
export function int(bounds: Bounds = {}): Schema<number> {
  return {
    check(value, context) {
      const integer = toInteger(value, context);
      return integer === undefined ? undefined : Number(inBounds(integer, bounds, value, context));
    },
    describe: () => ({ type: 'integer', ...describeBounds(bounds) }),
  };
}

/** As `int`, exact for 64-bit values: a `bigint` beyond 2^53. */
export function int64(bounds: Bounds = { ge: -(2n ** 63n), le: 2n ** 63n - 1n }): Schema<number | bigint> {
  return {
    check(value, context) {
      const integer = toInteger(value, context);
      return integer === undefined ? undefined : inBounds(integer, bounds, value, context);
    },
    describe: () => ({ type: 'integer', format: 'int64' }),
  };
}

/** A number, or text that is one. NaN and infinities pass unless the bounds exclude them: the sampling rules name them better. */
export function number(bounds: Bounds = {}): Schema<number> {
  return {
    check(value, context) {
      const result = toNumber(value, context);
      return result === undefined ? undefined : inBounds(result, bounds, value, context);
    },
    describe: () => ({ type: 'number', ...describeBounds(bounds) }),
  };
}

const MAX_WHOLE = 2n ** 63n;
const TRUE_WORDS = new Set(['1', 'on', 't', 'true', 'y', 'yes']);
const FALSE_WORDS = new Set(['0', 'off', 'f', 'false', 'n', 'no']);

export function bool(): Schema<boolean> {
  return {
    check(value, context) {
      if (typeof value === 'boolean') {
        return value;
      }
      if (context.strict || (typeof value !== 'string' && !isWholeNumber(value))) {
        return report(context, value, { type: 'bool_type', msg: 'Input should be a valid boolean' });
      }
      const word = String(value).toLowerCase();
      if (TRUE_WORDS.has(word)) {
        return true;
      }
      if (FALSE_WORDS.has(word)) {
        return false;
      }
      const msg = 'Input should be a valid boolean, unable to interpret input';
      return report(context, value, { type: 'bool_parsing', msg });
    },
    describe: () => ({ type: 'boolean' }),
  };
}

/** `true` or `false`, and nothing that stands for them. */
export function strictBool(): Schema<boolean> {
  const schema = bool();
  return { ...schema, check: (value, context) => schema.check(value, { ...context, strict: true }) };
}

/** Python's integer of 64 bits, or a float with such a value: what may stand for a truth value. */
function isWholeNumber(value: unknown): boolean {
  const isNumber = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  return isNumber && value >= -MAX_WHOLE && value < MAX_WHOLE;
}

/** One of the given words or numbers. */
export function literal<const T extends string | number | boolean>(values: readonly T[]): Schema<T> {
  const shown = values.map((value) => pythonRepr(value));
  const expected = shown.length > 1 ? `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}` : shown.join('');
  return {
    check(value, context) {
      const found = values.find((candidate) => candidate === value);
      return found === undefined
        ? report(context, value, { type: 'literal_error', msg: `Input should be ${expected}`, ctx: { expected } })
        : found;
    },
    describe: () => ({ enum: [...values] }),
  };
}

function toInteger(value: unknown, context: CheckContext): number | bigint | undefined {
  switch (typeof value) {
    case 'number':
      return integerFromNumber(value, context);
    case 'bigint':
      return boundedBigint(value, value, context);
    case 'boolean':
      if (!context.strict) {
        return Number(value);
      }
      break;
    case 'string':
      if (!context.strict) {
        return integerFromText(value, context);
      }
      break;
    default:
  }
  return report(context, value, { type: 'int_type', msg: 'Input should be a valid integer' });
}

/** Integers beyond 2^53 reach us as BigInt: a larger `number` was written as a float, and is taken up to 64 bits. */
function integerFromNumber(value: number, context: CheckContext): number | undefined {
  if (Number.isInteger(value)) {
    if (Math.abs(value) >= MAX_WHOLE) {
      return tooLongForInteger(value, context);
    }
    // Not -0: an integer has no signed zero.
    return value + 0;
  }
  if (!Number.isFinite(value)) {
    return report(context, value, { type: 'finite_number', msg: 'Input should be a finite number' });
  }
  const msg = 'Input should be a valid integer, got a number with a fractional part';
  return report(context, value, { type: 'int_from_float', msg });
}

/** Longer text is no number that a field takes, and patterns with groups that repeat overflow V8's stack on megabytes. */
const MAX_NUMBER_TEXT = 4300;

function integerFromText(value: string, context: CheckContext): number | bigint | undefined {
  if (value.length > MAX_NUMBER_TEXT) {
    return tooLongForInteger(value, context);
  }
  const match = /^\s*([+-]?\d+(?:_\d+)*)(?:\.0*)?\s*$/.exec(value);
  if (!match) {
    const msg = 'Input should be a valid integer, unable to parse string as an integer';
    return report(context, value, { type: 'int_parsing', msg });
  }
  const digits = match[1].replaceAll('_', '').replace('+', '');
  return digits.length < 16 ? Number(digits) : boundedBigint(digits, value, context);
}

/** As many digits as Python reads (4300) would be a cheap way to burn time; 300 are more than any field takes. */
function boundedBigint(integer: bigint | string, input: unknown, context: CheckContext): number | bigint | undefined {
  if (typeof integer === 'bigint' ? integer > 10n ** 300n || integer < -(10n ** 300n) : integer.length > 300) {
    return tooLongForInteger(input, context);
  }
  const exact = BigInt(integer);
  const rounded = Number(exact);
  return Number.isSafeInteger(rounded) ? rounded : exact;
}

function tooLongForInteger(input: unknown, context: CheckContext): undefined {
  const msg = 'Unable to parse input string as an integer, exceeded maximum size';
  return report(context, input, { type: 'int_parsing_size', msg });
}

/** No digit can be taken by two parts of it: a text that is no number is refused in linear time. */
const NUMBER_TEXT = /^\s*[+-]?(\d+(_\d+)*(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;
const INFINITY_TEXT = /^\s*([+-]?)inf(?:inity)?\s*$/i;

function toNumber(value: unknown, context: CheckContext): number | undefined {
  switch (typeof value) {
    case 'number':
      return value;
    case 'bigint':
      return Number(value);
    case 'boolean':
      if (!context.strict) {
        return Number(value);
      }
      break;
    case 'string':
      if (!context.strict) {
        return numberFromText(value, context);
      }
      break;
    default:
  }
  return report(context, value, { type: 'float_type', msg: 'Input should be a valid number' });
}

function numberFromText(value: string, context: CheckContext): number | undefined {
  if (value.length <= MAX_NUMBER_TEXT && NUMBER_TEXT.test(value)) {
    return Number(value.replaceAll('_', ''));
  }
  const infinity = INFINITY_TEXT.exec(value);
  if (infinity) {
    return infinity[1] === '-' ? -Infinity : Infinity;
  }
  if (/^\s*[+-]?nan\s*$/i.test(value)) {
    return NaN;
  }
  const msg = 'Input should be a valid number, unable to parse string as a number';
  return report(context, value, { type: 'float_parsing', msg });
}

function inBounds<T extends number | bigint>(
  value: T,
  { ge, gt, le, lt }: Bounds,
  input: unknown,
  context: CheckContext,
): T | undefined {
  if (ge !== undefined && !(value >= ge)) {
    return outside(context, input, 'greater_than_equal', { ge });
  }
  if (gt !== undefined && !(value > gt)) {
    return outside(context, input, 'greater_than', { gt });
  }
  if (le !== undefined && !(value <= le)) {
    return outside(context, input, 'less_than_equal', { le });
  }
  if (lt !== undefined && !(value < lt)) {
    return outside(context, input, 'less_than', { lt });
  }
  return value;
}

function describeBounds({ ge, gt, le, lt }: Bounds): JsonSchema {
  const bounds = { minimum: ge, exclusiveMinimum: gt, maximum: le, exclusiveMaximum: lt };
  return Object.fromEntries(Object.entries(bounds).filter(([, bound]) => typeof bound === 'number'));
}

const BOUND_WORDS = {
  greater_than_equal: 'greater than or equal to',
  greater_than: 'greater than',
  less_than_equal: 'less than or equal to',
  less_than: 'less than',
} as const;

function outside(
  context: CheckContext,
  input: unknown,
  type: keyof typeof BOUND_WORDS,
  ctx: Readonly<Record<string, number | bigint>>,
): undefined {
  const bound = pythonRepr(Object.values(ctx)[0]);
  return report(context, input, { type, msg: `Input should be ${BOUND_WORDS[type]} ${bound}`, ctx });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
