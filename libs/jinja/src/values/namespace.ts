import type { Budget } from '../runtime/budget.js';
import { repr } from './repr.js';
import { PyObject, type Value } from './value.js';

/** `namespace(…)`: the one object a template may write to, so that a loop can pass something out. */
export class Namespace extends PyObject {
  readonly typeName = 'Namespace';

  constructor(private readonly attributes: Map<string, Value>) {
    super();
  }

  set(name: string, value: Value): void {
    this.attributes.set(name, value);
  }

  override repr(budget: Budget): string {
    return budget.nested(() => {
      const parts = Array.from(this.attributes, ([name, value]) => `${repr(name, budget)}: ${repr(value, budget)}`);
      return `<Namespace {${parts.join(', ')}}>`;
    });
  }

  override attribute(name: string): Value | undefined {
    return this.attributes.get(name);
  }
}
