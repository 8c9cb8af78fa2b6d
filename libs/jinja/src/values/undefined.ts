import type { PythonErrorType } from '../errors.js';
import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { describeType } from './type-name.js';
import { PyObject, type Value } from './value.js';

const undefinedKey = Symbol('Undefined');

interface UndefinedOrigin {
  /** A whole message, instead of one made of the other fields. */
  readonly hint?: string;
  /** The object that lacks the attribute; absent for a variable. */
  readonly owner?: Value;
  readonly name?: Value;
  readonly error?: PythonErrorType;
}

/** Jinja's default Undefined: empty when printed or iterated, false, and an error in any other use. */
export class Undefined extends PyObject {
  readonly typeName = 'Undefined';

  constructor(private readonly origin: UndefinedOrigin) {
    super();
  }

  static variable(name: string): Undefined {
    return new Undefined({ name });
  }

  static unsafe(owner: Value, name: string, typeName: string): Undefined {
    const hint = `access to attribute '${name}' of '${typeName}' object is unsafe.`;
    return new Undefined({ hint, owner, name, error: 'SecurityError' });
  }

  override repr(): string {
    return 'Undefined';
  }

  override text(): string {
    return '';
  }

  override get truthy(): boolean {
    return false;
  }

  override get size(): number {
    return 0;
  }

  override iterate(): Iterator<Value> {
    return [][Symbol.iterator]();
  }

  override attribute(name: string): Value | undefined {
    return name.startsWith('__') && name.endsWith('__') ? undefined : this.raise();
  }

  override item(): Value {
    return this.raise();
  }

  override hash(): symbol {
    return undefinedKey;
  }

  override readonly call = (): Value => this.raise();

  /** The error that any real use of the value is. */
  raise(_budget?: Budget): never {
    return fail(this.origin.error ?? 'UndefinedError', this.message());
  }

  private message(): string {
    const { hint, owner, name } = this.origin;
    if (hint !== undefined) {
      return hint;
    }
    if (owner === undefined) {
      return `'${typeof name === 'string' ? name : shortName(name)}' is undefined`;
    }
    if (typeof name === 'string') {
      return `'${describeType(owner)}' has no attribute '${name}'`;
    }
    return `${describeType(owner)} has no element ${typeof name === 'bigint' ? name.toString() : shortName(name)}`;
  }
}

function shortName(name: Value | undefined): string {
  if (name === null || name === undefined) {
    return 'None';
  }
  if (typeof name === 'boolean') {
    return name ? 'True' : 'False';
  }
  return typeof name === 'number' ? String(name) : 'of that key';
}
