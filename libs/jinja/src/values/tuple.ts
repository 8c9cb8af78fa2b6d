import type { Budget } from '../runtime/budget.js';
import { hashItems, isHashable } from './hash-key.js';
import { reprItems } from './repr.js';
import { elementAt } from './sequence-item.js';
import { PyObject, type Value } from './value.js';

export class Tuple extends PyObject {
  readonly typeName = 'tuple';

  constructor(
    readonly items: readonly Value[],
    /** Field names of a named tuple (the groups of `groupby`). */
    private readonly fields: readonly string[] = [],
  ) {
    super();
  }

  override repr(budget: Budget): string {
    const inner = reprItems(this.items, budget);
    return this.items.length === 1 ? `(${inner},)` : `(${inner})`;
  }

  override get truthy(): boolean {
    return this.items.length > 0;
  }

  override get size(): number {
    return this.items.length;
  }

  override iterate(): Iterator<Value> {
    return this.items[Symbol.iterator]();
  }

  override get hashable(): boolean {
    return this.items.every(isHashable);
  }

  override hash(): string {
    return hashItems(this.items);
  }

  override attribute(name: string): Value | undefined {
    const index = this.fields.indexOf(name);
    return index < 0 ? undefined : this.items[index];
  }

  override item(key: Value): Value | undefined {
    return elementAt(this.items, key);
  }
}
