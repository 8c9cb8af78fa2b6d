import { getMetadataStorage } from 'class-validator';
import { isObject } from './containers.js';
import { earlyRulesOf } from './early-rules.decorator.js';
import { fieldPlace } from './field-order.decorator.js';
import { FIELD_RULE } from './field.decorators.js';
import type { FieldRule } from './field.decorators.js';
import { RequestValidationError } from './issue.js';
import { takesNoExtraKeys } from './no-extra-keys.decorator.js';
import { report } from './schema.js';
import type { CheckContext, ClassSchemas, Fault, JsonSchema, RequestClass, Schema } from './schema.js';

export interface ValidatorOptions {
  /** First part of every place: `body` or `query`. */
  readonly root?: 'body' | 'query' | undefined;
  /** Nothing but the very type will do: no number in a text, no truth value in a number. */
  readonly strict?: boolean | undefined;
}

/**
 * Turns a DTO class into its checker, once; the checker returns a complete instance (defaults in, unknown keys out)
 * or throws: the first early rule's `InvalidRequestError`, or one `RequestValidationError` with everything that is wrong.
 */
export function compileValidator<T extends object>(
  target: RequestClass<T>,
  { root = 'body', strict = false }: ValidatorOptions = {},
): (value: unknown) => T {
  const schema = model(target);
  return (value) => {
    if (value === undefined || value === null) {
      throw new RequestValidationError([{ type: 'missing', loc: [root], msg: 'Field required', input: undefined }]);
    }
    const context: CheckContext = { path: [root], issues: [], strict };
    const result = schema.check(value, context);
    if (context.issues.length > 0) {
      throw new RequestValidationError(context.issues);
    }
    return result as T;
  };
}

/** What Pydantic says of a value that is not an object, by what the class is in vLLM. */
const NOT_AN_OBJECT: Readonly<Record<NonNullable<ModelOptions['kind']>, (className: string) => Fault>> = {
  model: () => ({
    type: 'model_attributes_type',
    msg: 'Input should be a valid dictionary or object to extract fields from',
  }),
  dict: () => ({ type: 'dict_type', msg: 'Input should be a valid dictionary' }),
  dataclass: (className) => ({
    type: 'dataclass_type',
    msg: `Input should be a dictionary or an instance of ${className}`,
    ctx: { class_name: className },
  }),
};

export interface ModelOptions {
  /** What the class is in vLLM: a Pydantic model, a TypedDict or a dataclass. */
  readonly kind?: 'model' | 'dict' | 'dataclass' | undefined;
  /** Name that the issues below this object carry in their place, as Pydantic adds for union members. */
  readonly label?: string | undefined;
}

/** Schema of a nested DTO class. */
export function model<T extends object>(
  target: RequestClass<T>,
  { kind = 'model', label }: ModelOptions = {},
): Schema<T> {
  let fields: readonly CompiledField[] | undefined;
  const rules = earlyRulesOf(target);
  return {
    check(value, context) {
      if (label !== undefined) {
        context.path.push(label);
      }
      const result = checkObject(value, context);
      if (label !== undefined) {
        context.path.pop();
      }
      return result;
    },
    describe: (classes) => describeClass(target, classes),
  };

  function checkObject(value: unknown, context: CheckContext): T | undefined {
    if (!isObject(value)) {
      return report(context, value, NOT_AN_OBJECT[kind](target.name));
    }
    for (const rule of rules) {
      rule(value);
    }
    // Compiled at first use: a class may nest one that is declared below it.
    fields ??= compileFields(target);
    const result = new target() as Record<string, unknown>;
    for (const field of fields) {
      result[field.name] = checkField(field, value, context);
    }
    if (takesNoExtraKeys(target)) reportExtraKeys(value, fields, context);
    return result as T;
  }
}

/** Fields with their defaults; other keys are allowed, as they are on the wire, unless the class forbids them. */
export function describeClass(target: RequestClass<object>, classes: ClassSchemas): JsonSchema {
  return classes.refer(target, () => {
    const fields = compileFields(target);
    const required = fields.filter(({ options }) => options.required === true).map(({ name }) => name);
    return {
      type: 'object',
      properties: Object.fromEntries(fields.map((field) => [field.name, describeField(field, classes)])),
      ...(required.length > 0 ? { required } : {}),
      ...(takesNoExtraKeys(target) ? { additionalProperties: false } : {}),
    };
  });
}

function describeField({ schema, options }: CompiledField, classes: ClassSchemas): JsonSchema {
  const described = schema.describe?.(classes) ?? {};
  return options.default === undefined ? described : { ...described, default: options.default };
}

function reportExtraKeys(
  value: Readonly<Record<string, unknown>>,
  fields: readonly CompiledField[],
  context: CheckContext,
): void {
  const known = new Set(fields.map(({ name }) => name));
  for (const [key, extra] of Object.entries(value)) {
    if (known.has(key)) continue;
    context.path.push(key);
    report(context, extra, { type: 'extra_forbidden', msg: 'Extra inputs are not permitted' });
    context.path.pop();
  }
}

interface CompiledField extends FieldRule {
  readonly name: string;
}

function checkField(
  { name, schema, options }: CompiledField,
  owner: Readonly<Record<string, unknown>>,
  context: CheckContext,
): unknown {
  const value = Object.hasOwn(owner, name) ? owner[name] : undefined;
  if (value === undefined && options.required !== true) {
    return options.default;
  }
  context.path.push(name);
  const result =
    value === undefined
      ? report(context, owner, { type: 'missing', msg: 'Field required' })
      : schema.check(value, context);
  context.path.pop();
  return result;
}

/** Fields in the order of their class (`FieldOrder`), else of declaration, those of base classes first. */
function compileFields(target: RequestClass<object>): readonly CompiledField[] {
  const fields = getMetadataStorage()
    .getTargetValidationMetadatas(target, '', false, false)
    .filter(({ name }) => name === FIELD_RULE)
    .map(({ propertyName, constraints, target: owner }) => ({
      name: propertyName,
      depth: inheritanceDepth(owner as object),
      place: fieldPlace(target, propertyName),
      ...(constraints[0] as FieldRule),
    }));
  return fields.sort((a, b) => (a.place === b.place ? a.depth - b.depth : a.place - b.place));
}

function inheritanceDepth(target: object): number {
  let depth = 0;
  for (let owner = target; owner !== Function.prototype; owner = Object.getPrototypeOf(owner) as object) {
    depth += 1;
  }
  return depth;
}
