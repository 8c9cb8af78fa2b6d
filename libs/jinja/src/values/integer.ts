import { fail } from '../errors.js';

const maxDigits = 4300;
const maxDigitBits = Math.ceil(maxDigits * Math.log2(10)) + 1;

/** Decimal text of an int. @throws ValueError past Python's own limit of 4300 digits */
export function integerText(value: bigint): string {
  if (bitLength(value) <= maxDigitBits) {
    const text = value.toString();
    if (text.length <= maxDigits + (value < 0n ? 1 : 0)) {
      return text;
    }
  }
  return fail(
    'ValueError',
    'Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit',
  );
}

/** Upper bound of the number of bits, exact to four. */
export function bitLength(value: bigint): number {
  if (value >= -0xffffffffn && value <= 0xffffffffn) {
    return Math.ceil(Math.log2(Math.abs(Number(value)) + 1));
  }
  return (value < 0n ? -value : value).toString(16).length * 4;
}

/** `int(text, base)`; undefined when Python raises ValueError. */
export function parseInteger(text: string, base: number): bigint | undefined {
  if (base !== 0 && (base < 2 || base > 36)) {
    return undefined;
  }
  const match = /^([+-]?)(?:(0[xX])|(0[oO])|(0[bB]))?_?([0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*)$/.exec(text.trim());
  if (match === null || match[5].length > maxDigits) {
    return undefined;
  }
  const prefixBase = match[2] ? 16 : match[3] ? 8 : match[4] ? 2 : undefined;
  const digits = match[5].replaceAll('_', '').toLowerCase();
  if (prefixBase === undefined) {
    if (base === 0 && /^0+[1-9]/.test(digits)) {
      return undefined;
    }
    return readDigits(digits, base === 0 ? 10 : base, match[1]);
  }
  if (base !== 0 && base !== prefixBase) {
    const prefix = (match[2] ?? match[3] ?? match[4]).toLowerCase();
    return readDigits(prefix + digits, base, match[1]);
  }
  return readDigits(digits, prefixBase, match[1]);
}

function readDigits(digits: string, base: number, sign: string): bigint | undefined {
  const wide = BigInt(base);
  let value = 0n;
  if (base === 10 && /^\d+$/.test(digits)) {
    value = BigInt(digits);
  } else {
    for (const digit of digits) {
      const number = parseInt(digit, 36);
      if (!(number < base)) {
        return undefined;
      }
      value = value * wide + BigInt(number);
    }
  }
  return sign === '-' ? -value : value;
}

/** `float(text)`; undefined when Python raises ValueError. */
export function parseFloatText(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (/^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/.test(trimmed)) {
    return Number(trimmed.replaceAll('_', ''));
  }
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(trimmed);
  if (special === null) {
    return undefined;
  }
  const magnitude = special[2] === 'nan' ? NaN : Infinity;
  return special[1] === '-' ? -magnitude : magnitude;
}

/** An int as a double. @throws OverflowError when it is too large */
export function toFloat(value: bigint): number {
  const result = Number(value);
  return Number.isFinite(result) ? result : fail('OverflowError', 'int too large to convert to float');
}
