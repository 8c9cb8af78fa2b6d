import { bindArguments } from '../values/arguments.js';
import { decompose } from '../values/float-text.js';
import { Tuple } from '../values/tuple.js';
import type { Value } from '../values/value.js';
import type { Method } from './text-methods.js';

export const integerMethods: ReadonlyMap<string, Method<bigint>> = new Map<string, Method<bigint>>([
  ['bit_length', (value, args) => (bindArguments('int.bit_length', [], args), BigInt(binary(value).length))],
  [
    'bit_count',
    (value, args) => (bindArguments('int.bit_count', [], args), BigInt(binary(value).replaceAll('0', '').length)),
  ],
  ['conjugate', (value, args) => (bindArguments('int.conjugate', [], args), value)],
  ['as_integer_ratio', (value, args) => (bindArguments('int.as_integer_ratio', [], args), new Tuple([value, 1n]))],
]);

export const floatMethods: ReadonlyMap<string, Method<number>> = new Map<string, Method<number>>([
  ['is_integer', (value, args) => (bindArguments('float.is_integer', [], args), Number.isInteger(value))],
  ['conjugate', (value, args) => (bindArguments('float.conjugate', [], args), value)],
  ['as_integer_ratio', (value, args) => (bindArguments('float.as_integer_ratio', [], args), ratio(value))],
]);

/** Data attributes of numbers: `real`, `imag`, and for ints `numerator` and `denominator`. */
export function numberAttribute(value: bigint | number, name: string): Value | undefined {
  const isInteger = typeof value === 'bigint';
  switch (name) {
    case 'real':
      return value;
    case 'imag':
      return isInteger ? 0n : 0;
    case 'numerator':
      return isInteger ? value : undefined;
    case 'denominator':
      return isInteger ? 1n : undefined;
    default:
      return undefined;
  }
}

function binary(value: bigint): string {
  return value === 0n ? '' : (value < 0n ? -value : value).toString(2);
}

function ratio(value: number): Tuple {
  const { mantissa, exponent } = decompose(Math.abs(value));
  let numerator = exponent > 0 ? mantissa << BigInt(exponent) : mantissa;
  let denominator = exponent < 0 ? 1n << BigInt(-exponent) : 1n;
  while (numerator % 2n === 0n && denominator % 2n === 0n) {
    numerator /= 2n;
    denominator /= 2n;
  }
  return new Tuple([value < 0 ? -numerator : numerator, denominator]);
}
