import { fail } from '../errors.js';
import { filters } from '../filters/filters.catalog.js';
import type { FilterContext } from '../filters/filter.js';
import { percentFormat } from '../formatting/percent-format.js';
import { bindArguments, type Parameter } from '../values/arguments.js';
import { arithmetic } from '../values/arithmetic.js';
import { equals, inOrder, isNumber } from '../values/comparison.js';
import { Dict } from '../values/dict.js';
import { hashKey } from '../values/hash-key.js';
import { tryIterate, tryLength } from '../values/iteration.js';
import { isText, Markup } from '../values/markup.js';
import { contains } from '../values/membership.js';
import { Namespace } from '../values/namespace.js';
import { toText } from '../values/repr.js';
import { textMethods } from '../methods/text-methods.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import { noArguments, PyObject, type CallArguments, type Value } from '../values/value.js';

export type Test = (input: Value, args: CallArguments, context: FilterContext) => boolean;

type Body = (value: Value, bound: readonly Value[], context: FilterContext) => boolean;

function define(callee: string, parameters: readonly Parameter[], body: Body): Test {
  const all: readonly Parameter[] = ['value', ...parameters];
  return (input, { positional, keyword }, context) => {
    const bound = bindArguments(callee, all, { positional: [input, ...positional], keyword });
    return body(bound[0], bound.slice(1), context);
  };
}

const equal = define('eq', ['other'], (value, [other], { budget }) => equals(value, other, budget));
const unequal = define('ne', ['other'], (value, [other], { budget }) => !equals(value, other, budget));
const less = order('lt', '<');
const lessOrEqual = order('le', '<=');
const greater = order('gt', '>');
const greaterOrEqual = order('ge', '>=');

/** Every test of Jinja2 3.1, by name. */
export const tests: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['defined', define('test_defined', [], (value) => !(value instanceof Undefined))],
  ['undefined', define('test_undefined', [], (value) => value instanceof Undefined)],
  ['none', define('test_none', [], (value) => value === null)],
  ['boolean', define('test_boolean', [], (value) => typeof value === 'boolean')],
  ['true', define('test_true', [], (value) => value === true)],
  ['false', define('test_false', [], (value) => value === false)],
  ['integer', define('test_integer', [], (value) => typeof value === 'bigint')],
  ['float', define('test_float', [], (value) => typeof value === 'number')],
  ['number', define('test_number', [], isNumber)],
  ['string', define('test_string', [], isText)],
  ['mapping', define('test_mapping', [], (value) => value instanceof Dict)],
  ['sequence', define('test_sequence', [], isSequence)],
  ['iterable', define('test_iterable', [], (value, _, { budget }) => tryIterate(value, budget) !== undefined)],
  ['callable', define('callable', [], (value) => value instanceof PyObject && value.call !== undefined)],
  ['escaped', define('test_escaped', [], (value) => value instanceof Markup)],
  ['odd', define('test_odd', [], (value, _, { budget }) => isRemainder(value, 2n, 1n, budget))],
  ['even', define('test_even', [], (value, _, { budget }) => isRemainder(value, 2n, 0n, budget))],
  ['divisibleby', define('test_divisibleby', ['num'], (value, [by], { budget }) => isRemainder(value, by, 0n, budget))],
  ['lower', cased('islower')],
  ['upper', cased('isupper')],
  ['in', define('test_in', ['seq'], (value, [container], { budget }) => contains(container, value, budget))],
  ['sameas', define('test_sameas', ['other'], (value, [other]) => value === other)],
  ['filter', define('test_filter', [], (value) => filters.has(nameOf(value)))],
  ['test', define('test_test', [], (value) => tests.has(nameOf(value)))],
  ['==', equal],
  ['eq', equal],
  ['equalto', equal],
  ['!=', unequal],
  ['ne', unequal],
  ['<', less],
  ['lt', less],
  ['lessthan', less],
  ['<=', lessOrEqual],
  ['le', lessOrEqual],
  ['>', greater],
  ['gt', greater],
  ['greaterthan', greater],
  ['>=', greaterOrEqual],
  ['ge', greaterOrEqual],
]);

/** The name asked for; anything that is no text is no name. @throws TypeError when it cannot be looked up at all */
function nameOf(value: Value): string {
  const key = hashKey(value);
  return typeof key === 'string' ? key : '';
}

function order(callee: string, operator: '<' | '<=' | '>' | '>='): Test {
  return define(callee, ['other'], (value, [other], { budget }) => inOrder(operator, value, other, budget));
}

/** Has a length and can be indexed, as Jinja asks. */
function isSequence(value: Value): boolean {
  if (value instanceof Namespace) {
    return false;
  }
  return tryLength(value) !== undefined && typeName(value) !== 'LoopContext' && !typeName(value).startsWith('dict_');
}

function isRemainder(value: Value, by: Value, rest: bigint, budget: FilterContext['budget']): boolean {
  const remainder = isText(value)
    ? percentFormat(toText(value, budget), by, budget)
    : arithmetic('%', value, by, budget);
  return equals(remainder, rest, budget);
}

function cased(method: 'islower' | 'isupper'): Test {
  return define(`test_${method.slice(2)}`, [], (value, _, { budget }) => {
    const check = textMethods.get(method) ?? fail('AttributeError', method);
    return check(toText(value, budget), noArguments, budget) === true;
  });
}
