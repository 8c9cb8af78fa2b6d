import { fail } from '../errors.js';
import { equals } from '../values/comparison.js';
import { FunctionObject } from '../values/callables.js';
import { tryLength } from '../values/iteration.js';
import { Tuple } from '../values/tuple.js';
import { Undefined } from '../values/undefined.js';
import { orElse, PyObject, type CallArguments, type Value } from '../values/value.js';
import type { Budget } from './budget.js';

interface LoopOptions {
  readonly iterator: Iterator<Value>;
  /** What is iterated, when its length can be asked for without walking it. */
  readonly sized: Value | undefined;
  /** Renders the body over other items; undefined unless the loop is `recursive`. */
  readonly recurse: ((items: Value, depth: number) => Value) | undefined;
  readonly depth: number;
}

/** The variable `loop`. Reads one item ahead only when asked about what follows. */
export class LoopContext extends PyObject {
  readonly typeName = 'LoopContext';
  private iterator: Iterator<Value>;
  private index = -1;
  private count: number | undefined;
  private previous: Value | undefined;
  private current: Value | undefined;
  private following: Value | undefined;
  private lastChanged: Tuple | undefined;

  constructor(
    private readonly options: LoopOptions,
    private readonly budget: Budget,
  ) {
    super();
    this.iterator = options.iterator;
  }

  /** The next item, or undefined at the end. */
  advance(): Value | undefined {
    const item = this.peek();
    this.following = undefined;
    if (item !== undefined) {
      this.index++;
      this.previous = this.current;
      this.current = item;
    }
    return item;
  }

  override repr(): string {
    return `<LoopContext ${this.index + 1}/${this.length}>`;
  }

  override get truthy(): boolean {
    return this.length > 0;
  }

  override get size(): number {
    return this.length;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return BigInt(this.index + 1);
      case 'index0':
        return BigInt(this.index);
      case 'revindex':
        return BigInt(this.length - this.index);
      case 'revindex0':
        return BigInt(this.length - this.index - 1);
      case 'first':
        return this.index === 0;
      case 'last':
        return this.peek() === undefined;
      case 'length':
        return BigInt(this.length);
      case 'depth':
        return BigInt(this.options.depth + 1);
      case 'depth0':
        return BigInt(this.options.depth);
      case 'previtem':
        return this.index === 0 ? new Undefined({ hint: 'there is no previous item' }) : this.previous;
      case 'nextitem':
        return orElse(this.peek(), () => new Undefined({ hint: 'there is no next item' }));
      case 'cycle':
        return new FunctionObject(name, ({ positional }) => this.cycle(positional), 'method');
      case 'changed':
        return new FunctionObject(name, ({ positional }) => this.changed(positional), 'method');
      default:
        return undefined;
    }
  }

  override readonly call = ({ positional }: CallArguments): Value => {
    const { recurse, depth } = this.options;
    if (recurse === undefined) {
      return fail('TypeError', "The loop must have the 'recursive' marker to be called recursively.");
    }
    if (positional.length !== 1) {
      return fail('TypeError', `loop() takes 1 positional argument but ${positional.length} were given`);
    }
    return recurse(positional[0], depth + 1);
  };

  private peek(): Value | undefined {
    if (this.following === undefined) {
      const next = this.iterator.next();
      this.following = next.done === true ? undefined : next.value;
    }
    return this.following;
  }

  /** Without a length of its own, the rest is read now and kept. */
  private get length(): number {
    if (this.count === undefined && this.options.sized !== undefined) {
      this.count = tryLength(this.options.sized);
    }
    if (this.count === undefined) {
      const rest: Value[] = [];
      for (let next = this.iterator.next(); next.done !== true; next = this.iterator.next()) {
        this.budget.step();
        rest.push(next.value);
      }
      this.iterator = rest[Symbol.iterator]();
      this.count = rest.length + this.index + 1 + (this.following === undefined ? 0 : 1);
    }
    return this.count;
  }

  private cycle(items: readonly Value[]): Value {
    return items.length === 0 ? fail('TypeError', 'no items for cycling given') : items[this.index % items.length];
  }

  private changed(values: readonly Value[]): boolean {
    const now = new Tuple(values);
    if (this.lastChanged !== undefined && equals(this.lastChanged, now, this.budget)) {
      return false;
    }
    this.lastChanged = now;
    return true;
  }
}
