import type { Budget } from '../runtime/budget.js';
import { hashKey, isHashable } from './hash-key.js';
import { repr, reprItems } from './repr.js';
import { Tuple } from './tuple.js';
import { PyObject, type HashKey, type Value } from './value.js';

/** A Python dict: keeps the order of insertion, and `1`, `1.0` and `True` are one key. */
export class Dict extends PyObject {
  readonly typeName = 'dict';
  private readonly entries = new Map<HashKey, readonly [Value, Value]>();

  static of(pairs: Iterable<readonly [Value, Value]>, budget: Budget): Dict {
    const dict = new Dict();
    for (const [key, value] of pairs) {
      budget.step();
      dict.set(key, value);
    }
    return dict;
  }

  static ofText(pairs: Iterable<readonly [string, Value]>): Dict {
    const dict = new Dict();
    for (const [key, value] of pairs) {
      dict.set(key, value);
    }
    return dict;
  }

  /** Only while a dict is built: no template can change one. @throws TypeError for an unhashable key */
  set(key: Value, value: Value): void {
    const hash = hashKey(key);
    const known = this.entries.get(hash);
    this.entries.set(hash, [known === undefined ? key : known[0], value]);
  }

  get(key: Value): Value | undefined {
    return this.entries.get(hashKey(key))?.[1];
  }

  has(key: Value): boolean {
    return this.entries.has(hashKey(key));
  }

  keys(): Value[] {
    return Array.from(this.entries.values(), ([key]) => key);
  }

  values(): Value[] {
    return Array.from(this.entries.values(), ([, value]) => value);
  }

  pairs(): IterableIterator<readonly [Value, Value]> {
    return this.entries.values();
  }

  override repr(budget: Budget): string {
    return budget.nested(() => {
      const parts: string[] = [];
      for (const [key, value] of this.entries.values()) {
        parts.push(`${repr(key, budget)}: ${repr(value, budget)}`);
      }
      const inner = parts.join(', ');
      budget.text(inner.length);
      return `{${inner}}`;
    });
  }

  override get truthy(): boolean {
    return this.entries.size > 0;
  }

  override get size(): number {
    return this.entries.size;
  }

  override iterate(): Iterator<Value> {
    return this.keys()[Symbol.iterator]();
  }

  override item(key: Value): Value | undefined {
    return isHashable(key) ? this.get(key) : undefined;
  }

  override get hashable(): boolean {
    return false;
  }
}

/** `dict.keys()`, `dict.values()`, `dict.items()`. */
export class DictView extends PyObject {
  readonly typeName: string;

  constructor(
    private readonly kind: 'keys' | 'values' | 'items',
    private readonly dict: Dict,
  ) {
    super();
    this.typeName = `dict_${kind}`;
  }

  items(): Value[] {
    switch (this.kind) {
      case 'keys':
        return this.dict.keys();
      case 'values':
        return this.dict.values();
      case 'items':
        return Array.from(this.dict.pairs(), (pair) => new Tuple(pair));
    }
  }

  override repr(budget: Budget): string {
    return `${this.typeName}([${reprItems(this.items(), budget)}])`;
  }

  override get truthy(): boolean {
    return this.dict.truthy;
  }

  override get size(): number {
    return this.dict.size;
  }

  override iterate(): Iterator<Value> {
    return this.items()[Symbol.iterator]();
  }
}
