import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { Dict } from './dict.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/** A float that JavaScript would take for an integer: `new PythonFloat(1)` is `1.0` in a template. */
export class PythonFloat {
  constructor(readonly value: number) {}
}

/**
 * A JSON-like JavaScript value as a Python value: whole numbers become int, others float, null None, undefined
 * Undefined, objects and Maps dicts in their own order. Own enumerable properties only.
 * @throws TemplateError for functions, symbols and values nested too deeply
 */
export function fromJavaScript(value: unknown, budget: Budget): Value {
  budget.step();
  switch (typeof value) {
    case 'string':
    case 'bigint':
    case 'boolean':
      return value;
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : value;
    case 'undefined':
      return new Undefined({ hint: 'value is undefined' });
    case 'object':
      return value === null ? null : budget.nested(() => fromObject(value, budget));
    default:
      return fail('TypeError', `a ${typeof value} cannot be given to a template`);
  }
}

function fromObject(value: object, budget: Budget): Value {
  if (value instanceof PythonFloat) {
    return value.value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => fromJavaScript(item, budget));
  }
  const pairs: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  const dict = new Dict();
  for (const [key, item] of pairs) {
    dict.set(fromJavaScript(key, budget), fromJavaScript(item, budget));
  }
  return dict;
}
