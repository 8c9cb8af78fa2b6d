import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { compareText } from './code-points.js';
import { Dict, DictView } from './dict.js';
import { isText, textOf } from './markup.js';
import { Range } from './range.js';
import { Tuple } from './tuple.js';
import { typeName } from './type-name.js';
import { Undefined } from './undefined.js';
import type { Value } from './value.js';

/** `a == b` */
export function equals(left: Value, right: Value, budget: Budget): boolean {
  budget.step();
  if (left === right) {
    return typeof left !== 'number' || !Number.isNaN(left);
  }
  if (isNumber(left) && isNumber(right)) {
    return compareNumbers(left, right) === 0;
  }
  if (isText(left) && isText(right)) {
    budget.text(Math.min(textOf(left).length, textOf(right).length));
    return textOf(left) === textOf(right);
  }
  if (left instanceof Undefined || right instanceof Undefined) {
    return left instanceof Undefined && right instanceof Undefined;
  }
  if (left instanceof Dict && right instanceof Dict) {
    return left.size === right.size && budget.nested(() => sameEntries(left, right, budget));
  }
  if (left instanceof DictView && right instanceof DictView) {
    return sameView(left, right, budget);
  }
  const a = sequenceItems(left);
  const b = sequenceItems(right);
  if (a === undefined || b === undefined || typeName(left) !== typeName(right) || a.length !== b.length) {
    return false;
  }
  return budget.nested(() => a.every((item, index) => equals(item, b[index], budget)));
}

export type OrderOperator = '<' | '<=' | '>' | '>=';

/** `a < b` and its like. @throws TypeError for types without an order */
export function inOrder(operator: OrderOperator, left: Value, right: Value, budget: Budget): boolean {
  if (left instanceof Undefined) {
    return left.raise();
  }
  if (right instanceof Undefined) {
    return right.raise();
  }
  const order = compareValues(left, right, budget);
  if (order === undefined) {
    return fail(
      'TypeError',
      `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
    );
  }
  if (typeof order === 'object') {
    return inOrder(operator, order.left, order.right, budget);
  }
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

export function isNumber(value: Value): value is boolean | bigint | number {
  return typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean';
}

/** Sign of a - b, exact for any mix of int and float; NaN when one is NaN. */
function compareNumbers(left: boolean | bigint | number, right: boolean | bigint | number): number {
  const a = typeof left === 'boolean' ? (left ? 1n : 0n) : left;
  const b = typeof right === 'boolean' ? (right ? 1n : 0n) : right;
  // JavaScript compares bigint and number by mathematical value.
  return a < b ? -1 : a > b ? 1 : Number.isNaN(a) || Number.isNaN(b) ? NaN : 0;
}

/** A sign, the first pair of elements that differ, or undefined when there is no order. */
function compareValues(
  left: Value,
  right: Value,
  budget: Budget,
): number | { readonly left: Value; readonly right: Value } | undefined {
  budget.step();
  if (isNumber(left) && isNumber(right)) {
    return compareNumbers(left, right);
  }
  if (isText(left) && isText(right)) {
    return compareText(textOf(left), textOf(right));
  }
  const a = listItems(left);
  const b = listItems(right);
  if (a === undefined || b === undefined || typeName(left) !== typeName(right)) {
    return undefined;
  }
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    if (!budget.nested(() => equals(a[index], b[index], budget))) {
      return { left: a[index], right: b[index] };
    }
  }
  return a.length - b.length;
}

function listItems(value: Value): readonly Value[] | undefined {
  if (value instanceof Tuple) {
    return value.items;
  }
  return Array.isArray(value) ? (value as readonly Value[]) : undefined;
}

function sequenceItems(value: Value): readonly Value[] | undefined {
  return value instanceof Range ? value.items() : listItems(value);
}

function sameEntries(left: Dict, right: Dict, budget: Budget): boolean {
  for (const [key, value] of left.pairs()) {
    const other = right.get(key);
    if (other === undefined || !equals(value, other, budget)) {
      return false;
    }
  }
  return true;
}

function sameView(left: DictView, right: DictView, budget: Budget): boolean {
  if (left.typeName === 'dict_values' || right.typeName === 'dict_values' || left.size !== right.size) {
    return false;
  }
  const others = right.items();
  return left.items().every((item) => others.some((other) => equals(item, other, budget)));
}
