import type { Budget } from '../runtime/budget.js';
import { PyObject, type Value } from './value.js';

/** A generator or iterator: can be walked once, has no length and is always true. */
export class IteratorObject extends PyObject {
  constructor(
    private readonly iterator: Iterator<Value>,
    readonly typeName = 'generator',
  ) {
    super();
  }

  override iterate(_budget: Budget): Iterator<Value> {
    return this.iterator;
  }
}
