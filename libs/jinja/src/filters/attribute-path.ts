import { getItem } from '../runtime/attributes.js';
import type { Budget } from '../runtime/budget.js';
import { isText, textOf } from '../values/markup.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';

/** Reads `a.b.0` from an object, as `map(attribute=…)` and its like do. */
export type Getter = (item: Value) => Value;

interface GetterOptions {
  readonly fallback?: Value;
  /** Lower-cases texts, for comparison. */
  readonly ignoreCase?: boolean;
}

export function attributeGetter(attribute: Value, budget: Budget, options: GetterOptions = {}): Getter {
  const { fallback = null, ignoreCase = false } = options;
  const parts = pathParts(attribute);
  return (start) => {
    let item = start;
    for (const part of parts) {
      item = getItem(item, part, budget);
      if (fallback !== null && item instanceof Undefined) {
        item = fallback;
      }
    }
    return ignoreCase ? lowered(item) : item;
  };
}

/** Several paths separated by commas, for `sort`: gives a list of values. */
export function multiAttributeGetter(attribute: Value, budget: Budget, ignoreCase: boolean): Getter {
  const paths: readonly Value[] = isText(attribute) ? textOf(attribute).split(',') : [attribute];
  const getters = paths.map((path) => attributeGetter(path, budget, { ignoreCase }));
  return (item) => getters.map((getter) => getter(item));
}

export function lowered(value: Value): Value {
  return isText(value) ? textOf(value).toLowerCase() : value;
}

function pathParts(attribute: Value): readonly Value[] {
  if (attribute === null) {
    return [];
  }
  if (!isText(attribute)) {
    return [attribute];
  }
  return textOf(attribute)
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? BigInt(part) : part));
}
