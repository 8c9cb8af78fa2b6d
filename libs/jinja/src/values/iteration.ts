import { codePointLength } from '@app/python-text';
import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { codePoints } from './code-points.js';
import { Markup } from './markup.js';
import { Tuple } from './tuple.js';
import { typeName } from './type-name.js';
import { PyObject, type Value } from './value.js';

/** `iter(x)`; a str gives its code points. @throws TypeError */
export function iterate(value: Value, budget: Budget): Iterator<Value> {
  return tryIterate(value, budget) ?? fail('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** `iter(x)`, or undefined when it is not iterable. */
export function tryIterate(value: Value, budget: Budget): Iterator<Value> | undefined {
  if (typeof value === 'string') {
    budget.text(value.length);
    return codePoints(value)[Symbol.iterator]();
  }
  if (value === null || typeof value !== 'object') {
    return undefined;
  }
  if (value instanceof Markup) {
    return tryIterate(value.value, budget);
  }
  return value instanceof PyObject ? value.iterate(budget) : value[Symbol.iterator]();
}

/** `list(x)`; the list itself when it is one, since nothing can change it. */
export function toList(value: Value, budget: Budget): readonly Value[] {
  if (Array.isArray(value)) {
    budget.list(value.length);
    return value as readonly Value[];
  }
  if (value instanceof Tuple) {
    budget.list(value.items.length);
    return value.items;
  }
  const items: Value[] = [];
  const iterator = iterate(value, budget);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    budget.step();
    items.push(next.value);
  }
  budget.list(items.length);
  return items;
}

/** `len(x)`, or undefined when it has none. */
export function tryLength(value: Value): number | undefined {
  if (typeof value === 'string') {
    return codePointLength(value);
  }
  if (value === null || typeof value !== 'object') {
    return undefined;
  }
  if (value instanceof Markup) {
    return codePointLength(value.value);
  }
  return value instanceof PyObject ? value.size : value.length;
}

/** `len(x)` @throws TypeError */
export function lengthOf(value: Value): number {
  return tryLength(value) ?? fail('TypeError', `object of type '${typeName(value)}' has no len()`);
}

/** `bool(x)` */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'bigint':
      return value !== 0n;
    case 'number':
      return value !== 0;
    default:
  }
  if (value === null) {
    return false;
  }
  return value instanceof PyObject ? value.truthy : value.length > 0;
}
