export { compileValidator, describeClass, model } from './compile-validator.js';
export { dict, isObject, list, nullable, orNull, union } from './containers.js';
export { EarlyRules } from './early-rules.decorator.js';
export type { EarlyRule } from './early-rules.decorator.js';
export { FieldOrder } from './field-order.decorator.js';
export {
  Field,
  IsAnything,
  IsDictOf,
  IsLaxBool,
  IsLaxInt,
  IsLaxInt64,
  IsLaxNumber,
  IsLaxString,
  IsListOf,
  IsLiteral,
  IsUnionOf,
} from './field.decorators.js';
export { malformedJson, RequestValidationError } from './issue.js';
export type { Issue } from './issue.js';
export { NoExtraKeys } from './no-extra-keys.decorator.js';
export { anything, int, int64, literal, number, strictBool, text } from './scalars.js';
export { report } from './schema.js';
export type { CheckContext, ClassSchemas, JsonSchema, RequestClass, Schema } from './schema.js';
export { validatorOf } from './validator-of.js';
export { valueError } from './value-error.js';
