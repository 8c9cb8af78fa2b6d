import { MAX_ISSUES, report } from './schema.js';
import type { CheckContext, Schema, TypeOfSchema } from './schema.js';

export interface ItemCount {
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
}

/** `null` on the wire is `undefined` inside. */
export function nullable<T>(schema: Schema<T>): Schema<T | undefined> {
  return {
    check: (value, context) => (value === null ? undefined : schema.check(value, context)),
    // What may be anything may be null already.
    describe: schema.describe && ((classes) => ({ anyOf: [schema.describe?.(classes) ?? {}, { type: 'null' }] })),
  };
}

/** `null` stays what it is: it says something else than an absent key. */
export function orNull<T>(schema: Schema<T>): Schema<T | null> {
  return {
    check: (value, context) => (value === null ? null : schema.check(value, context)),
    describe: nullable(schema).describe,
  };
}

export function list<T>(item: Schema<T>, { minItems = 0, maxItems = Infinity }: ItemCount = {}): Schema<T[]> {
  return {
    check(value, context) {
      if (!Array.isArray(value)) {
        return report(context, value, { type: 'list_type', msg: 'Input should be a valid list' });
      }
      if (value.length > maxItems) {
        return wrongCount(context, value, 'too_long', maxItems);
      }
      if (value.length < minItems) {
        return wrongCount(context, value, 'too_short', minItems);
      }
      const result: T[] = [];
      for (let index = 0; index < value.length && context.issues.length < MAX_ISSUES; index += 1) {
        context.path.push(index);
        result.push(item.check(value[index], context) as T);
        context.path.pop();
      }
      return result;
    },
    describe: (classes) => ({
      type: 'array',
      items: item.describe?.(classes) ?? {},
      ...(minItems > 0 ? { minItems } : {}),
      ...(maxItems < Infinity ? { maxItems } : {}),
    }),
  };
}

/** A JSON object whose values share a type. Keys are own properties, whatever they are called. */
export function dict<T>(item: Schema<T>): Schema<Record<string, T>> {
  return {
    check(value, context) {
      if (!isObject(value)) {
        return report(context, value, { type: 'dict_type', msg: 'Input should be a valid dictionary' });
      }
      const entries: [string, T][] = [];
      for (const [key, element] of Object.entries(value)) {
        context.path.push(key);
        entries.push([key, item.check(element, context) as T]);
        context.path.pop();
      }
      // Not by assignment: `__proto__` must stay a key like any other.
      return Object.fromEntries(entries);
    },
    describe: (classes) => ({ type: 'object', additionalProperties: item.describe?.(classes) ?? {} }),
  };
}

/** The first member that takes the value as it is, else the first that takes it with coercion; else the issues of all members. */
export function union<const S extends readonly Schema<unknown>[]>(members: S): Schema<TypeOfSchema<S[number]>> {
  return {
    check(value, context) {
      const strict = firstSuccess(members, value, { ...context, strict: true });
      if (strict.issues.length === 0) {
        return strict.value as TypeOfSchema<S[number]>;
      }
      const lax = context.strict ? strict : firstSuccess(members, value, context);
      context.issues.push(...lax.issues);
      return lax.value as TypeOfSchema<S[number]>;
    },
    describe: (classes) => ({ anyOf: members.map((member) => member.describe?.(classes) ?? {}) }),
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of the first member without issues; otherwise the issues of all members. */
function firstSuccess(members: readonly Schema<unknown>[], value: unknown, context: CheckContext): Outcome {
  const issues: CheckContext['issues'] = [];
  for (const member of members) {
    const own: CheckContext['issues'] = [];
    const result = member.check(value, { ...context, issues: own });
    if (own.length === 0) {
      return { value: result, issues: [] };
    }
    issues.push(...own);
  }
  return { value: undefined, issues };
}

interface Outcome {
  readonly value: unknown;
  readonly issues: CheckContext['issues'];
}

function wrongCount(
  context: CheckContext,
  value: readonly unknown[],
  type: 'too_long' | 'too_short',
  limit: number,
): undefined {
  const most = type === 'too_long' ? 'most' : 'least';
  const items = `${limit} item${limit === 1 ? '' : 's'}`;
  return report(context, value, {
    type,
    msg: `List should have at ${most} ${items} after validation, not ${value.length}`,
    ctx: {
      field_type: 'List',
      [type === 'too_long' ? 'max_length' : 'min_length']: limit,
      actual_length: value.length,
    },
  });
}
