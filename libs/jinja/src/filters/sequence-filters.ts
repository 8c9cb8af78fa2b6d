import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { integerArgument } from '../values/arguments.js';
import { arithmetic } from '../values/arithmetic.js';
import { equals, inOrder } from '../values/comparison.js';
import { Dict, DictView } from '../values/dict.js';
import { hashKey } from '../values/hash-key.js';
import { iterate, isTrue, lengthOf, toList, tryIterate } from '../values/iteration.js';
import { IteratorObject } from '../values/iterator.js';
import { isText, textOf } from '../values/markup.js';
import { Range } from '../values/range.js';
import { codePoints } from '../values/code-points.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import { type HashKey, orElse, type Value } from '../values/value.js';
import { attributeGetter, type Getter, lowered, multiAttributeGetter } from './attribute-path.js';
import { define, type Filter, type FilterContext } from './filter.js';

const length = define('len', [], (value, _, { budget }) => {
  if (isText(value)) {
    budget.text(textOf(value).length);
  }
  return BigInt(lengthOf(value));
});

export const sequenceFilters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['length', length],
  ['count', length],
  ['list', define('do_list', [], (value, _, { budget }) => toList(value, budget))],
  ['first', define('do_first', [], first)],
  ['last', define('do_last', [], last)],
  ['random', define('do_random', [], random)],
  ['items', define('do_items', [], items)],
  ['reverse', define('do_reverse', [], reverse)],
  [
    'sort',
    define(
      'do_sort',
      [
        ['reverse', false],
        ['case_sensitive', false],
        ['attribute', null],
      ],
      sort,
    ),
  ],
  [
    'unique',
    define(
      'do_unique',
      [
        ['case_sensitive', false],
        ['attribute', null],
      ],
      unique,
    ),
  ],
  [
    'min',
    define(
      'do_min',
      [
        ['case_sensitive', false],
        ['attribute', null],
      ],
      (value, bound, context) => extreme('<', value, bound, context),
    ),
  ],
  [
    'max',
    define(
      'do_max',
      [
        ['case_sensitive', false],
        ['attribute', null],
      ],
      (value, bound, context) => extreme('>', value, bound, context),
    ),
  ],
  [
    'sum',
    define(
      'do_sum',
      [
        ['attribute', null],
        ['start', 0n],
      ],
      sum,
    ),
  ],
  ['batch', define('do_batch', ['linecount', ['fill_with', null]], batch)],
  ['slice', define('do_slice', ['slices', ['fill_with', null]], slice)],
  ['groupby', define('do_groupby', ['attribute', ['default', null], ['case_sensitive', false]], groupBy)],
  [
    'dictsort',
    define(
      'do_dictsort',
      [
        ['case_sensitive', false],
        ['by', 'key'],
        ['reverse', false],
      ],
      sortDict,
    ),
  ],
]);

function first(value: Value, _: readonly Value[], { budget }: FilterContext): Value {
  const next = iterate(value, budget).next();
  return next.done === true ? new Undefined({ hint: 'No first item, sequence was empty.' }) : next.value;
}

function last(value: Value, _: readonly Value[], { budget }: FilterContext): Value {
  const items = reversible(value, budget) ?? fail('TypeError', `'${typeName(value)}' object is not reversible`);
  return orElse(items.at(-1), () => new Undefined({ hint: 'No last item, sequence was empty.' }));
}

function random(value: Value, _: readonly Value[], { budget }: FilterContext): Value {
  const items = toList(value, budget);
  const item = items[Math.floor(Math.random() * items.length)] as Value | undefined;
  return orElse(item, () => new Undefined({ hint: 'No random item, sequence was empty.' }));
}

function items(value: Value): Value {
  if (value instanceof Undefined) {
    return new IteratorObject([][Symbol.iterator]());
  }
  if (!(value instanceof Dict)) {
    return fail('TypeError', 'Can only get item pairs from a mapping.');
  }
  return new IteratorObject(Array.from(value.pairs(), (pair) => new Tuple(pair))[Symbol.iterator]());
}

function reverse(value: Value, _: readonly Value[], { budget }: FilterContext): Value {
  if (isText(value)) {
    return codePoints(textOf(value)).reverse().join('');
  }
  const ordered = reversible(value, budget);
  if (ordered !== undefined) {
    return new IteratorObject([...ordered].reverse()[Symbol.iterator](), 'reversed');
  }
  if (tryIterate(value, budget) === undefined) {
    return fail('FilterArgumentError', 'argument must be iterable');
  }
  return [...toList(value, budget)].reverse();
}

/** The elements of what Python's `reversed` accepts. */
function reversible(value: Value, budget: Budget): readonly Value[] | undefined {
  const isOrdered =
    isText(value) ||
    Array.isArray(value) ||
    value instanceof Tuple ||
    value instanceof Dict ||
    value instanceof DictView ||
    value instanceof Range;
  if (value instanceof Undefined) {
    return [];
  }
  return isOrdered ? toList(value, budget) : undefined;
}

/** Python's stable sort by a key. */
function sortBy(values: readonly Value[], key: Getter, isReversed: boolean, budget: Budget): Value[] {
  const keyed = values.map((value) => ({ value, key: key(value) }));
  const less = (a: Value, b: Value): boolean => inOrder('<', a, b, budget);
  const direction = isReversed ? 1 : -1;
  keyed.sort((a, b) => (less(a.key, b.key) ? direction : less(b.key, a.key) ? -direction : 0));
  return keyed.map(({ value }) => value);
}

function sort(value: Value, [reversed, caseSensitive, attribute]: readonly Value[], { budget }: FilterContext): Value {
  const key = multiAttributeGetter(attribute, budget, !isTrue(caseSensitive));
  return sortBy(toList(value, budget), key, isTrue(reversed), budget);
}

function unique(value: Value, [caseSensitive, attribute]: readonly Value[], { budget }: FilterContext): Value {
  const key = attributeGetter(attribute, budget, { ignoreCase: !isTrue(caseSensitive) });
  function* walk(): Generator<Value> {
    const seen = new Set<HashKey>();
    const iterator = iterate(value, budget);
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      budget.step();
      const hash = hashKey(key(next.value));
      if (!seen.has(hash)) {
        seen.add(hash);
        yield next.value;
      }
    }
  }
  return new IteratorObject(walk());
}

function extreme(
  operator: '<' | '>',
  value: Value,
  [caseSensitive, attribute]: readonly Value[],
  { budget }: FilterContext,
): Value {
  const key = attributeGetter(attribute, budget, { ignoreCase: !isTrue(caseSensitive) });
  const values = toList(value, budget);
  if (values.length === 0) {
    return new Undefined({ hint: 'No aggregated item, sequence was empty.' });
  }
  let best = values[0];
  let bestKey = key(best);
  for (const candidate of values.slice(1)) {
    const candidateKey = key(candidate);
    if (inOrder(operator, candidateKey, bestKey, budget)) {
      best = candidate;
      bestKey = candidateKey;
    }
  }
  return best;
}

function sum(value: Value, [attribute, start]: readonly Value[], { budget }: FilterContext): Value {
  if (isText(start)) {
    return fail('TypeError', "sum() can't sum strings [use ''.join(seq) instead]");
  }
  const key = attributeGetter(attribute, budget);
  let total: Value = start;
  for (const item of toList(value, budget)) {
    total = arithmetic('+', total, key(item), budget);
  }
  return total;
}

function batch(value: Value, [lineCount, fill]: readonly Value[], { budget }: FilterContext): Value {
  const size = integerArgument(lineCount);
  function* walk(): Generator<Value> {
    let row: Value[] = [];
    const iterator = iterate(value, budget);
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      budget.step();
      if (row.length === size) {
        yield row;
        row = [];
      }
      row.push(next.value);
    }
    if (row.length > 0) {
      const missing = fill === null ? 0 : Math.max(0, size - row.length);
      budget.list(missing);
      yield [...row, ...Array.from({ length: missing }, () => fill)];
    }
  }
  return new IteratorObject(walk());
}

function slice(value: Value, [slices, fill]: readonly Value[], { budget }: FilterContext): Value {
  const count = integerArgument(slices);
  function* walk(): Generator<Value> {
    const all = toList(value, budget);
    if (count === 0) {
      fail('ZeroDivisionError', 'integer division or modulo by zero');
    }
    const size = Math.floor(all.length / count);
    const longer = all.length - size * count;
    let start = 0;
    for (let index = 0; index < count; index++) {
      budget.step();
      const end = start + size + (index < longer ? 1 : 0);
      const part = all.slice(start, end);
      yield fill !== null && index >= longer ? [...part, fill] : part;
      start = end;
    }
  }
  return new IteratorObject(walk());
}

function groupBy(
  value: Value,
  [attribute, fallback, caseSensitive]: readonly Value[],
  { budget }: FilterContext,
): Value {
  const key = attributeGetter(attribute, budget, { fallback, ignoreCase: !isTrue(caseSensitive) });
  const shown = attributeGetter(attribute, budget, { fallback });
  const groups: { readonly key: Value; readonly members: Value[] }[] = [];
  for (const item of sortBy(toList(value, budget), key, false, budget)) {
    const itemKey = key(item);
    const current = groups.at(-1);
    if (current !== undefined && equals(current.key, itemKey, budget)) {
      current.members.push(item);
    } else {
      groups.push({ key: itemKey, members: [item] });
    }
  }
  return groups.map(({ members }) => new Tuple([shown(members[0]), members], ['grouper', 'list']));
}

function sortDict(value: Value, [caseSensitive, by, reversed]: readonly Value[], { budget }: FilterContext): Value {
  if (by !== 'key' && by !== 'value') {
    fail('FilterArgumentError', 'You can only sort by either "key" or "value"');
  }
  if (!(value instanceof Dict)) {
    return value instanceof Undefined
      ? value.raise()
      : fail('AttributeError', `'${typeName(value)}' object has no attribute 'items'`);
  }
  const pairs = Array.from(value.pairs(), (pair) => new Tuple(pair));
  const position = by === 'key' ? 0 : 1;
  const key = (pair: Value): Value => {
    const part = pair instanceof Tuple ? pair.items[position] : pair;
    return isTrue(caseSensitive) ? part : lowered(part);
  };
  return sortBy(pairs, key, isTrue(reversed), budget);
}
