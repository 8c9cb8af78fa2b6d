import { pythonFloat, pythonString } from '@app/python-text';
import type { Budget } from '../runtime/budget.js';
import { integerText } from './integer.js';
import { PyObject, type Value } from './value.js';

/** `repr(x)` */
export function repr(value: Value, budget: Budget): string {
  budget.step();
  switch (typeof value) {
    case 'string':
      budget.text(value.length);
      return pythonString(value);
    case 'bigint':
      return integerText(value);
    case 'number':
      return pythonFloat(value);
    case 'boolean':
      return value ? 'True' : 'False';
    default:
  }
  if (value === null) {
    return 'None';
  }
  return value instanceof PyObject ? value.repr(budget) : `[${reprItems(value, budget)}]`;
}

/** `str(x)` */
export function toText(value: Value, budget: Budget): string {
  if (typeof value === 'string') {
    return value;
  }
  return value instanceof PyObject ? value.text(budget) : repr(value, budget);
}

/** The inside of a list's or tuple's repr. */
export function reprItems(items: readonly Value[], budget: Budget): string {
  return budget.nested(() => {
    const inner = items.map((item) => repr(item, budget)).join(', ');
    budget.text(inner.length);
    return inner;
  });
}
