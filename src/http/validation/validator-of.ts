import { compileValidator } from './compile-validator.js';
import type { ValidatorOptions } from './compile-validator.js';
import type { RequestClass } from './schema.js';

type Validator = (value: unknown) => object;

const validators = {
  body: new Map<RequestClass<object>, Validator>(),
  query: new Map<RequestClass<object>, Validator>(),
};

/** The checker of a DTO class, compiled at its first use. */
export function validatorOf(
  target: RequestClass<object>,
  { root = 'body' }: Pick<ValidatorOptions, 'root'> = {},
): Validator {
  const known = validators[root].get(target) ?? compileValidator(target, { root });
  validators[root].set(target, known);
  return known;
}
