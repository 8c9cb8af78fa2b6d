export { compileValidator, model } from './compile-validator.js';
export type { ModelOptions, RequestClass } from './compile-validator.js';
export { dict, isObject, list, nullable, tagged, union } from './containers.js';
export { EarlyRules } from './early-rules.decorator.js';
export type { EarlyRule } from './early-rules.decorator.js';
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
export type { FieldOptions } from './field.decorators.js';
export { RequestValidationError } from './issue.js';
export type { Issue } from './issue.js';
export { pythonRepr, pythonText } from './python-text.js';
export { anything, bool, int, int64, literal, number, text } from './scalars.js';
export { report } from './schema.js';
export type { CheckContext, Schema } from './schema.js';
