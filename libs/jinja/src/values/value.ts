import type { Budget } from '../runtime/budget.js';

/**
 * A Python value. `None` is null, `bool` boolean, `int` bigint, `float` number, `str` string, `list` an array (nothing
 * can change one here, so it may be shared); everything else is a `PyObject`. `undefined` is never a value.
 */
export type Value = null | boolean | bigint | number | string | readonly Value[] | PyObject;

/** Arguments of a call, as Python has them. */
export interface CallArguments {
  readonly positional: readonly Value[];
  readonly keyword: ReadonlyMap<string, Value>;
}

/** What a JavaScript Map may use as key so that equal Python values meet. */
export type HashKey = string | bigint | number | symbol | null | PyObject;

/** What is not a JavaScript value. The defaults are those of a plain Python object. */
export abstract class PyObject {
  /** `type(x).__name__` */
  abstract readonly typeName: string;

  /** `repr(x)` */
  repr(_budget: Budget): string {
    return `<${this.typeName} object>`;
  }

  /** `str(x)` */
  text(budget: Budget): string {
    return this.repr(budget);
  }

  get truthy(): boolean {
    return true;
  }

  /** Undefined: not iterable. */
  iterate(_budget: Budget): Iterator<Value> | undefined {
    return undefined;
  }

  /** `len(x)`; undefined: it has none. */
  get size(): number | undefined {
    return undefined;
  }

  /** `getattr(x, name)`; undefined: no such attribute. Never reads a property of the JavaScript object. */
  attribute(_name: string): Value | undefined {
    return undefined;
  }

  /** `x[key]`; undefined: not subscriptable, or no such element. */
  item(_key: Value, _budget: Budget): Value | undefined {
    return undefined;
  }

  /** False: `hash(x)` raises TypeError. */
  get hashable(): boolean {
    return true;
  }

  /** Key of an element in a dict; objects are their own. */
  hash(): HashKey {
    return this;
  }

  /** `x(…)`; undefined: not callable. */
  readonly call: ((args: CallArguments, budget: Budget) => Value) | undefined = undefined;
}

/** The value, or what `fallback` gives when there is none. Unlike `??` it keeps None, which is null. */
export function orElse(value: Value | undefined, fallback: () => Value): Value {
  return value === undefined ? fallback() : value;
}

export const noArguments: CallArguments = { positional: [], keyword: new Map() };
