import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { bindArguments } from '../values/arguments.js';
import { equals } from '../values/comparison.js';
import { Dict, DictView } from '../values/dict.js';
import { iterate } from '../values/iteration.js';
import { repr } from '../values/repr.js';
import { sliceIndices } from '../values/slice.js';
import { type CallArguments, orElse, type Value } from '../values/value.js';
import type { Method } from './text-methods.js';

/** Names that would change their object: the immutable sandbox refuses them. */
export const mutatingListMethods: ReadonlySet<string> = new Set([
  'append',
  'clear',
  'pop',
  'reverse',
  'insert',
  'sort',
  'extend',
  'remove',
]);
export const mutatingDictMethods: ReadonlySet<string> = new Set(['clear', 'pop', 'popitem', 'setdefault', 'update']);

/** What `tuple` and `list` share. */
export const sequenceMethods: ReadonlyMap<string, Method<readonly Value[]>> = new Map<string, Method<readonly Value[]>>(
  [
    ['count', (items, args, budget) => BigInt(countItem(items, args, budget))],
    ['index', (items, args, budget) => indexOf(items, args, budget)],
  ],
);

export const listMethods: ReadonlyMap<string, Method<readonly Value[]>> = new Map<string, Method<readonly Value[]>>([
  ...sequenceMethods,
  ['copy', (items, args) => (bindArguments('copy', [], args), [...items])],
]);

export const dictMethods: ReadonlyMap<string, Method<Dict>> = new Map<string, Method<Dict>>([
  ['items', (dict, args) => (bindArguments('dict.items', [], args), new DictView('items', dict))],
  ['keys', (dict, args) => (bindArguments('dict.keys', [], args), new DictView('keys', dict))],
  ['values', (dict, args) => (bindArguments('dict.values', [], args), new DictView('values', dict))],
  ['get', getMethod],
  ['copy', (dict, args, budget) => (bindArguments('dict.copy', [], args), Dict.of(dict.pairs(), budget))],
  ['fromkeys', fromKeys],
]);

function countItem(items: readonly Value[], args: CallArguments, budget: Budget): number {
  const [wanted] = bindArguments('count', ['value'], args);
  return items.filter((item) => equals(item, wanted, budget)).length;
}

function indexOf(items: readonly Value[], args: CallArguments, budget: Budget): bigint {
  const [wanted, start, stop] = bindArguments('index', ['value', ['start', null], ['stop', null]], args);
  const range = sliceIndices({ start, stop, step: null }, items.length);
  for (let index = range.start; index < range.stop; index++) {
    if (equals(items[index], wanted, budget)) {
      return BigInt(index);
    }
  }
  return fail('ValueError', `${repr(wanted, budget)} is not in list`);
}

function getMethod(dict: Dict, args: CallArguments): Value {
  if (args.keyword.size > 0) {
    fail('TypeError', 'dict.get() takes no keyword arguments');
  }
  const [key, fallback] = bindArguments('get', ['key', ['default', null]], args);
  return orElse(dict.get(key), () => fallback);
}

function fromKeys(_dict: Dict, args: CallArguments, budget: Budget): Dict {
  const [keys, value] = bindArguments('fromkeys', ['iterable', ['value', null]], args);
  const dict = new Dict();
  const iterator = iterate(keys, budget);
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
    budget.step();
    dict.set(next.value, value);
  }
  return dict;
}
