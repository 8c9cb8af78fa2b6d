import { ValidateBy } from 'class-validator';
import type { ValidationOptions } from 'class-validator';
import { dict, list, nullable, union } from './containers.js';
import type { ItemCount } from './containers.js';
import { anything, bool, int, int64, literal, number, text } from './scalars.js';
import type { Bounds, StringLength } from './scalars.js';
import type { Schema } from './schema.js';

/** Name under which a field's schema lies in class-validator's metadata storage. */
export const FIELD_RULE = 'wireField';

export interface FieldOptions {
  /** Value when the key is absent. */
  readonly default?: unknown;
  /** `null` is allowed and becomes `undefined`. */
  readonly nullable?: boolean | undefined;
  /** The key must be there. */
  readonly required?: boolean | undefined;
}

/** What `Field` stores: read by `compileValidator`, once per class. */
export interface FieldRule {
  readonly schema: Schema<unknown>;
  readonly options: FieldOptions;
}

/**
 * A request field and how it is checked. A class-validator decorator: `validate(instance)` of that library works on the class too,
 * `compileValidator` turns the same metadata into a plain checker.
 */
export function Field(schema: Schema<unknown>, options: FieldOptions = {}): PropertyDecorator {
  const whole = options.nullable ? nullable(schema) : schema;
  const rule: FieldRule = { schema: whole, options };
  const validationOptions: ValidationOptions = { message: '$property has a wrong value' };
  return ValidateBy(
    {
      name: FIELD_RULE,
      constraints: [rule],
      validator: { validate: (value) => (value === undefined ? options.required !== true : accepts(whole, value)) },
    },
    validationOptions,
  );
}

export const IsLaxInt = ({ ge, gt, le, lt, ...options }: Bounds & FieldOptions = {}): PropertyDecorator =>
  Field(int({ ge, gt, le, lt }), options);

/** 64-bit, exact: `number | bigint`. */
export const IsLaxInt64 = (options: FieldOptions = {}): PropertyDecorator => Field(int64(), options);

export const IsLaxNumber = ({ ge, gt, le, lt, ...options }: Bounds & FieldOptions = {}): PropertyDecorator =>
  Field(number({ ge, gt, le, lt }), options);

export const IsLaxBool = (options: FieldOptions = {}): PropertyDecorator => Field(bool(), options);

export const IsLaxString = ({
  minLength,
  maxLength,
  ...options
}: StringLength & FieldOptions = {}): PropertyDecorator => Field(text({ minLength, maxLength }), options);

export const IsLiteral = (values: readonly (string | number | boolean)[], options?: FieldOptions): PropertyDecorator =>
  Field(literal(values), options);

export const IsListOf = (
  item: Schema<unknown>,
  { minItems, maxItems, ...options }: ItemCount & FieldOptions = {},
): PropertyDecorator => Field(list(item, { minItems, maxItems }), options);

export const IsDictOf = (item: Schema<unknown>, options?: FieldOptions): PropertyDecorator =>
  Field(dict(item), options);

export const IsUnionOf = (members: readonly Schema<unknown>[], options?: FieldOptions): PropertyDecorator =>
  Field(union(members), options);

export const IsAnything = (options?: FieldOptions): PropertyDecorator => Field(anything(), options);

function accepts(schema: Schema<unknown>, value: unknown): boolean {
  const context = { path: [], issues: [], strict: false };
  schema.check(value, context);
  return context.issues.length === 0;
}
