import type { Budget } from '../runtime/budget.js';
import { inOrder, isNumber } from '../values/comparison.js';
import { Dict } from '../values/dict.js';
import { isText } from '../values/markup.js';
import { repr } from '../values/repr.js';
import { Tuple } from '../values/tuple.js';
import type { Value } from '../values/value.js';

const width = 80;

/** `pprint.pformat`: dicts sorted by key, and one element a line where a value does not fit in 80 columns. */
export function prettyPrint(value: Value, budget: Budget): string {
  return layOut(sorted(value, budget), { indent: 0, allowance: 0 }, budget);
}

interface Place {
  /** Column where the value starts. */
  readonly indent: number;
  /** Columns that closing brackets need after it. */
  readonly allowance: number;
}

function layOut(value: Value, { indent, allowance }: Place, budget: Budget): string {
  const line = repr(value, budget);
  if (line.length <= width - indent - allowance) {
    return line;
  }
  return budget.nested(() => {
    if (value instanceof Dict && value.size > 0) {
      return `{${dictLines(value, { indent: indent + 1, allowance: allowance + 1 }, budget)}}`;
    }
    const items = value instanceof Tuple ? value.items : value;
    if (!Array.isArray(items) || items.length === 0) {
      return line;
    }
    const [open, close] = value instanceof Tuple ? ['(', items.length === 1 ? ',)' : ')'] : ['[', ']'];
    const place = { indent: indent + 1, allowance: allowance + close.length };
    return open + itemLines(items as readonly Value[], place, budget) + close;
  });
}

function itemLines(items: readonly Value[], { indent, allowance }: Place, budget: Budget): string {
  return items
    .map((item, index) => layOut(item, { indent, allowance: index === items.length - 1 ? allowance : 1 }, budget))
    .join(`,\n${' '.repeat(indent)}`);
}

function dictLines(dict: Dict, { indent, allowance }: Place, budget: Budget): string {
  const pairs = Array.from(dict.pairs());
  return pairs
    .map(([key, value], index) => {
      const label = `${repr(key, budget)}: `;
      const after = index === pairs.length - 1 ? allowance : 1;
      return label + layOut(value, { indent: indent + label.length, allowance: after }, budget);
    })
    .join(`,\n${' '.repeat(indent)}`);
}

/** The value with all dicts in key order (types apart when they have no order between them). */
function sorted(value: Value, budget: Budget): Value {
  budget.step();
  if (value instanceof Dict) {
    return budget.nested(() => {
      const pairs = Array.from(value.pairs());
      const less = (a: Value, b: Value): boolean => isComparable(a, b) && inOrder('<', a, b, budget);
      pairs.sort(([a], [b]) => (less(a, b) ? -1 : less(b, a) ? 1 : 0));
      return Dict.of(
        pairs.map(([key, item]) => [key, sorted(item, budget)] as const),
        budget,
      );
    });
  }
  if (value instanceof Tuple) {
    return budget.nested(() => new Tuple(value.items.map((item) => sorted(item, budget))));
  }
  if (Array.isArray(value)) {
    return budget.nested(() => (value as readonly Value[]).map((item) => sorted(item, budget)));
  }
  return value;
}

function isComparable(left: Value, right: Value): boolean {
  return (isText(left) && isText(right)) || (isNumber(left) && isNumber(right));
}
