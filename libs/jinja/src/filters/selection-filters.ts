import { fail } from '../errors.js';
import { iterate, isTrue } from '../values/iteration.js';
import { IteratorObject } from '../values/iterator.js';
import { textArgument } from '../values/arguments.js';
import type { CallArguments, Value } from '../values/value.js';
import { attributeGetter } from './attribute-path.js';
import type { Filter, FilterContext } from './filter.js';

/** map, select, reject, selectattr, rejectattr: lazy, and walked once like Python's generators. */
export const selectionFilters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['map', (value, args, context) => lazily(value, context, () => mapper(args, context))],
  ['select', (value, args, context) => selection(value, args, context, { wanted: true, byAttribute: false })],
  ['reject', (value, args, context) => selection(value, args, context, { wanted: false, byAttribute: false })],
  ['selectattr', (value, args, context) => selection(value, args, context, { wanted: true, byAttribute: true })],
  ['rejectattr', (value, args, context) => selection(value, args, context, { wanted: false, byAttribute: true })],
]);

/** Gives for each item what comes out: one value, or undefined to leave it out. */
type Step = (item: Value) => Value | undefined;

function lazily(value: Value, { budget }: FilterContext, prepare: () => Step): Value {
  function* walk(): Generator<Value> {
    if (!isTrue(value)) {
      return;
    }
    const step = prepare();
    const iterator = iterate(value, budget);
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      budget.step();
      const out = step(next.value);
      if (out !== undefined) {
        yield out;
      }
    }
  }
  return new IteratorObject(walk());
}

function mapper({ positional, keyword }: CallArguments, context: FilterContext): Step {
  const attribute = keyword.get('attribute');
  if (positional.length === 0 && attribute !== undefined) {
    const extra = Array.from(keyword.keys()).find((name) => name !== 'attribute' && name !== 'default');
    if (extra !== undefined) {
      fail('FilterArgumentError', `Unexpected keyword argument '${extra}'`);
    }
    return attributeGetter(attribute, context.budget, { fallback: keyword.get('default') ?? null });
  }
  if (positional.length === 0) {
    return fail('FilterArgumentError', 'map requires a filter argument');
  }
  const name = textArgument(positional[0], 'filter name');
  const rest = { positional: positional.slice(1), keyword };
  return (item) => context.filter(name, item, rest);
}

interface SelectionMode {
  readonly wanted: boolean;
  readonly byAttribute: boolean;
}

function selection(value: Value, args: CallArguments, context: FilterContext, mode: SelectionMode): Value {
  return lazily(value, context, () => {
    const matches = matcher(args, context, mode.byAttribute);
    return (item) => (matches(item) === mode.wanted ? item : undefined);
  });
}

function matcher(
  { positional, keyword }: CallArguments,
  context: FilterContext,
  byAttribute: boolean,
): (item: Value) => boolean {
  if (byAttribute && positional.length === 0) {
    fail('FilterArgumentError', 'Missing parameter for attribute name');
  }
  const get = byAttribute ? attributeGetter(positional[0], context.budget) : (item: Value): Value => item;
  const offset = byAttribute ? 1 : 0;
  if (positional.length <= offset) {
    return (item) => isTrue(get(item));
  }
  const name = textArgument(positional[offset], 'test name');
  const rest = { positional: positional.slice(offset + 1), keyword };
  return (item) => context.test(name, get(item), rest);
}
