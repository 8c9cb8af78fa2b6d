import { fail } from '../errors.js';
import { typeName } from './type-name.js';
import { PyObject, type HashKey, type Value } from './value.js';

/** @throws TypeError for lists and dicts */
export function hashKey(value: Value): HashKey {
  switch (typeof value) {
    case 'string':
      return value.charCodeAt(0) === 0 ? `\0s${value}` : value;
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1n : 0n;
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : value;
    default:
  }
  if (!isHashable(value)) {
    return fail('TypeError', `unhashable type: '${typeName(value)}'`);
  }
  return value instanceof PyObject ? value.hash() : null;
}

export function isHashable(value: Value): boolean {
  return value instanceof PyObject ? value.hashable : !Array.isArray(value);
}

/** Key of a tuple: text that only equal tuples share. */
export function hashItems(items: readonly Value[]): string {
  return `\0t${items.map(tag).join('')}`;
}

function tag(value: Value): string {
  const key = hashKey(value);
  const text = key instanceof PyObject ? `#${identity(key)}` : String(key);
  return `${typeof key}:${text.length}:${text};`;
}

const identities = new WeakMap<PyObject, number>();
let identityCount = 0;

function identity(value: PyObject): number {
  const known = identities.get(value) ?? ++identityCount;
  identities.set(value, known);
  return known;
}
