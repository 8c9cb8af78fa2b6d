import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { PyObject, type CallArguments, type Value } from './value.js';

export type Callable = (args: CallArguments, budget: Budget) => Value;

/** A function of the environment or a method bound to its object. */
export class FunctionObject extends PyObject {
  override readonly call: Callable;

  constructor(
    private readonly name: string,
    call: Callable,
    readonly typeName = 'function',
  ) {
    super();
    this.call = call;
  }

  override repr(): string {
    return `<${this.typeName === 'function' ? 'function' : 'built-in method'} ${this.name}>`;
  }
}

/** A class such as `dict`: callable, printed as Python prints one. */
export class TypeObject extends PyObject {
  readonly typeName = 'type';
  override readonly call: Callable;

  constructor(
    private readonly qualifiedName: string,
    construct: Callable,
  ) {
    super();
    this.call = construct;
  }

  override repr(): string {
    return `<class '${this.qualifiedName}'>`;
  }
}

/** `cycler(…)`: gives its items in turn. */
export class Cycler extends PyObject {
  readonly typeName = 'Cycler';
  private position = 0;

  constructor(private readonly items: readonly Value[]) {
    super();
    if (items.length === 0) {
      fail('RuntimeError', 'at least one item has to be provided');
    }
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'current':
        return this.items[this.position];
      case 'next':
        return new FunctionObject('next', () => this.next(), 'method');
      case 'reset':
        return new FunctionObject('reset', () => this.reset(), 'method');
      default:
        return undefined;
    }
  }

  private next(): Value {
    const value = this.items[this.position];
    this.position = (this.position + 1) % this.items.length;
    return value;
  }

  private reset(): null {
    this.position = 0;
    return null;
  }
}

/** `joiner(sep)`: empty at the first call, the separator at every later one. */
export class Joiner extends PyObject {
  readonly typeName = 'Joiner';
  private used = false;

  constructor(private readonly separator: Value) {
    super();
  }

  override readonly call = (): Value => {
    if (this.used) {
      return this.separator;
    }
    this.used = true;
    return '';
  };
}
