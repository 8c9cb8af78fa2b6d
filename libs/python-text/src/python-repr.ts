import { pythonFloat } from './python-number.js';
import { pythonString } from './python-string.js';

/** `str(value)`: strings bare, everything else as `repr`. */
export function pythonText(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

/** What prints as an expression of Python's, not as a value of JSON: `ValueError('…')`. */
export class PythonExpression {
  constructor(readonly text: string) {}
}

/** `repr(value)` of a JSON value; `undefined` counts as `None`. */
export function pythonRepr(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return pythonString(value);
    case 'number':
      // Integers beyond 2^53 reach us as BigInt, so a larger number was written as a float.
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : pythonFloat(value);
    case 'bigint':
      return value.toString();
    case 'boolean':
      return value ? 'True' : 'False';
    case 'object':
      return value === null ? 'None' : containerRepr(value);
    default:
      return 'None';
  }
}

function containerRepr(value: object): string {
  if (value instanceof PythonExpression) {
    return value.text;
  }
  if (Array.isArray(value)) {
    return `[${value.map(pythonRepr).join(', ')}]`;
  }
  const entries = Object.entries(value).map(([key, item]) => `${pythonString(key)}: ${pythonRepr(item)}`);
  return `{${entries.join(', ')}}`;
}
