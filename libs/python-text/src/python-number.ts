import { pythonString } from './python-string.js';

/** `repr` of a float: always with a point or an exponent. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  }
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  if (Object.is(value, -0)) {
    return '-0.0';
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** `repr` of an integer. */
export function pythonInt(value: number | bigint): string {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** `repr` of a list of integers or strings. */
export function pythonList(values: readonly (number | bigint | string)[]): string {
  return `[${values.map((value) => (typeof value === 'string' ? pythonString(value) : pythonInt(value))).join(', ')}]`;
}

/** `repr` of a tuple of integers. */
export function pythonTuple(values: readonly number[]): string {
  return `(${values.join(', ')}${values.length === 1 ? ',' : ''})`;
}
