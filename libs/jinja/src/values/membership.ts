import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { equals } from './comparison.js';
import { Dict, DictView } from './dict.js';
import { tryIterate } from './iteration.js';
import { isText, textOf } from './markup.js';
import { typeName } from './type-name.js';
import type { Value } from './value.js';

/** `item in container` @throws TypeError */
export function contains(container: Value, item: Value, budget: Budget): boolean {
  if (isText(container)) {
    if (!isText(item)) {
      return fail('TypeError', `'in <string>' requires string as left operand, not ${typeName(item)}`);
    }
    budget.text(textOf(container).length);
    return textOf(container).includes(textOf(item));
  }
  if (container instanceof Dict) {
    return container.has(item);
  }
  const iterator = container instanceof DictView ? container.iterate() : tryIterate(container, budget);
  if (iterator === undefined) {
    return fail('TypeError', `argument of type '${typeName(container)}' is not iterable`);
  }
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    if (next.value === item || equals(next.value, item, budget)) {
      return true;
    }
  }
  return false;
}
