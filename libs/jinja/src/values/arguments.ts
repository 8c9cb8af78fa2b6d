import { fail } from '../errors.js';
import { isText, textOf } from './markup.js';
import { typeName } from './type-name.js';
import { Undefined } from './undefined.js';
import { orElse, type CallArguments, type Value } from './value.js';

/** A parameter without default, or a name with its default. */
export type Parameter = string | readonly [name: string, fallback: Value];

/** Binds a call's arguments to parameters as Python does, in the order of `parameters`. @throws TypeError */
export function bindArguments(callee: string, parameters: readonly Parameter[], args: CallArguments): Value[] {
  const { positional, keyword } = args;
  if (positional.length > parameters.length) {
    const count = parameters.length;
    const takes = count === 1 ? '1 positional argument' : `${count} positional arguments`;
    const given = positional.length === 1 ? '1 was given' : `${positional.length} were given`;
    fail('TypeError', `${callee}() takes ${takes} but ${given}`);
  }
  const bound: (Value | undefined)[] = parameters.map((_, index) => positional[index]);
  for (const [name, value] of keyword) {
    const index = parameters.findIndex((parameter) => nameOf(parameter) === name);
    if (index < 0) {
      fail('TypeError', `${callee}() got an unexpected keyword argument '${name}'`);
    }
    if (bound[index] !== undefined) {
      fail('TypeError', `${callee}() got multiple values for argument '${name}'`);
    }
    bound[index] = value;
  }
  return bound.map((value, index) => orElse(value, () => fallbackOf(callee, parameters, index, bound)));
}

function nameOf(parameter: Parameter): string {
  return typeof parameter === 'string' ? parameter : parameter[0];
}

function fallbackOf(callee: string, parameters: readonly Parameter[], index: number, bound: readonly unknown[]): Value {
  const parameter = parameters[index];
  if (typeof parameter !== 'string') {
    return parameter[1];
  }
  const missing = parameters.filter((each, at) => typeof each === 'string' && bound[at] === undefined);
  const names = missing.map((each) => `'${nameOf(each)}'`);
  const list = names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  const noun = names.length === 1 ? 'argument' : 'arguments';
  return fail('TypeError', `${callee}() missing ${names.length} required positional ${noun}: ${list}`);
}

/** An argument that must be an integer. Clamped to what a position can be; sizes are checked by the budget. */
export function integerArgument(value: Value): number {
  if (value instanceof Undefined) {
    return value.raise();
  }
  if (typeof value !== 'bigint' && typeof value !== 'boolean') {
    return fail('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
  }
  return Math.max(Math.min(Number(value), Number.MAX_SAFE_INTEGER), Number.MIN_SAFE_INTEGER);
}

/** An argument that must be a str. */
export function textArgument(value: Value, what: string): string {
  return isText(value) ? textOf(value) : fail('TypeError', `${what} must be str, not ${typeName(value)}`);
}
