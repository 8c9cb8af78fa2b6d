import { fail } from '../errors.js';
import { formatMagnitude } from '../formatting/float-format.js';
import { integerArgument } from '../values/arguments.js';
import { arithmetic } from '../values/arithmetic.js';
import { divideHalfEven, scaledDecimal } from '../values/float-text.js';
import { parseFloatText, parseInteger, toFloat } from '../values/integer.js';
import { isTrue } from '../values/iteration.js';
import { isText, textOf } from '../values/markup.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import { define, type Filter, type FilterContext } from './filter.js';

export const numberFilters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['abs', define('abs', [], absolute)],
  [
    'int',
    define(
      'do_int',
      [
        ['default', 0n],
        ['base', 10n],
      ],
      toInt,
    ),
  ],
  ['float', define('do_float', [['default', 0]], (value, [fallback]) => readFloat(value) ?? fallback)],
  [
    'round',
    define(
      'do_round',
      [
        ['precision', 0n],
        ['method', 'common'],
      ],
      round,
    ),
  ],
  ['filesizeformat', define('do_filesizeformat', [['binary', false]], fileSize)],
]);

function absolute(value: Value): Value {
  if (value instanceof Undefined) {
    return fail('TypeError', "bad operand type for abs(): 'Undefined'");
  }
  if (typeof value === 'bigint' || typeof value === 'boolean') {
    const whole = BigInt(value);
    return whole < 0n ? -whole : whole;
  }
  return typeof value === 'number'
    ? Math.abs(value)
    : fail('TypeError', `bad operand type for abs(): '${typeName(value)}'`);
}

function toInt(value: Value, [fallback, base]: readonly Value[]): Value {
  if (typeof value === 'bigint' || typeof value === 'boolean') {
    return BigInt(value);
  }
  if (typeof value === 'number') {
    return truncate(value) ?? fallback;
  }
  if (isText(value)) {
    const whole = parseInteger(textOf(value), integerArgument(base));
    if (whole !== undefined) {
      return whole;
    }
    const real = parseFloatText(textOf(value));
    return real === undefined || !Number.isFinite(real) ? fallback : BigInt(Math.trunc(real));
  }
  return value instanceof Undefined ? value.raise() : fallback;
}

function truncate(value: number): bigint | undefined {
  if (Number.isFinite(value)) {
    return BigInt(Math.trunc(value));
  }
  return Number.isNaN(value) ? undefined : fail('OverflowError', 'cannot convert float infinity to integer');
}

/** `float(value)`; undefined where Python raises TypeError or ValueError. */
function readFloat(value: Value): number | undefined {
  if (typeof value === 'number') {
    return value;
  }
  if (typeof value === 'bigint' || typeof value === 'boolean') {
    return toFloat(BigInt(value));
  }
  if (isText(value)) {
    return parseFloatText(textOf(value));
  }
  return value instanceof Undefined ? value.raise() : undefined;
}

function round(value: Value, [precision, method]: readonly Value[], { budget }: FilterContext): Value {
  if (method !== 'common' && method !== 'ceil' && method !== 'floor') {
    return fail('FilterArgumentError', 'method must be common, ceil or floor');
  }
  if (value instanceof Undefined) {
    return method === 'common' ? fail('TypeError', "type Undefined doesn't define __round__ method") : value.raise();
  }
  if (method === 'common') {
    return roundHalfEven(value, integerArgument(precision));
  }
  const scale = arithmetic('**', 10n, precision, budget);
  const scaled = arithmetic('*', value, scale, budget);
  const whole = typeof scaled === 'bigint' ? scaled : towards(method, scaled);
  return arithmetic('/', whole, scale, budget);
}

function towards(method: 'ceil' | 'floor', value: Value): bigint {
  if (typeof value !== 'number') {
    return fail('TypeError', `must be real number, not ${typeName(value)}`);
  }
  if (!Number.isFinite(value)) {
    return fail('OverflowError', 'cannot convert float infinity to integer');
  }
  return BigInt(method === 'ceil' ? Math.ceil(value) : Math.floor(value));
}

const maxPlaces = 400;

function roundHalfEven(value: Value, places: number): Value {
  if (typeof value === 'bigint' || typeof value === 'boolean') {
    return roundInteger(BigInt(value), places);
  }
  if (typeof value !== 'number') {
    return fail('TypeError', `type ${typeName(value)} doesn't define __round__ method`);
  }
  if (!Number.isFinite(value) || places > maxPlaces) {
    return value;
  }
  if (places < -maxPlaces) {
    return value < 0 ? -0 : 0;
  }
  const magnitude = Number(`${scaledDecimal(Math.abs(value), places)}e${-places}`);
  return value < 0 || Object.is(value, -0) ? -magnitude : magnitude;
}

function roundInteger(value: bigint, places: number): bigint {
  if (places >= 0) {
    return value;
  }
  if (places < -maxPlaces * 11) {
    return 0n;
  }
  const unit = 10n ** BigInt(-places);
  const magnitude = divideHalfEven(value < 0n ? -value : value, unit) * unit;
  return value < 0n ? -magnitude : magnitude;
}

const binaryUnits = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];
const decimalUnits = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];

function fileSize(value: Value, [binary]: readonly Value[]): Value {
  const size = readFloat(value) ?? fail('ValueError', 'could not convert to float');
  const base = isTrue(binary) ? 1024 : 1000;
  const units = isTrue(binary) ? binaryUnits : decimalUnits;
  if (size === 1) {
    return '1 Byte';
  }
  if (size < base) {
    return `${Math.trunc(size)} Bytes`;
  }
  const found = units.findIndex((_, index) => size < base ** (index + 2));
  const index = found < 0 ? units.length - 1 : found;
  const amount = (base * size) / base ** (index + 2);
  return `${formatMagnitude(amount, { kind: 'f', precision: 1, alternate: false })} ${units[index]}`;
}
