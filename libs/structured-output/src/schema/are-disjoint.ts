import { canonicalText, isRecord, namesOf, typeOfValue, typesOf } from './json-schema.js';
import type { JsonType, SchemaObject } from './json-schema.js';

/** Whether it is certain that no value fits both schemas, which have no applicators. */
export function areDisjoint(a: unknown, b: unknown): boolean {
  if (a === false || b === false) return true;
  if (!isRecord(a) || !isRecord(b)) return false;
  const [types, otherTypes] = [possibleTypes(a), possibleTypes(b)];
  if (
    types !== undefined &&
    otherTypes !== undefined &&
    !types.some((type) => otherTypes.some((other) => overlap(type, other)))
  ) {
    return true;
  }
  const [values, otherValues] = [valuesOf(a), valuesOf(b)];
  if (values !== undefined && otherValues !== undefined) {
    const texts = new Set(otherValues.map(canonicalText));
    return !values.some((value) => texts.has(canonicalText(value)));
  }
  const onlyObjects = types?.every((type) => type === 'object') === true;
  return onlyObjects && otherTypes?.every((type) => type === 'object') === true && differInProperty(a, b);
}

function overlap(a: JsonType, b: JsonType): boolean {
  return a === b || (a === 'integer' && b === 'number') || (a === 'number' && b === 'integer');
}

function possibleTypes(schema: SchemaObject): readonly JsonType[] | undefined {
  return valuesOf(schema)?.map(typeOfValue) ?? typesOf(schema);
}

function valuesOf(schema: SchemaObject): readonly unknown[] | undefined {
  if (schema.const !== undefined) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

/** A property that one requires and the other forbids, or that must be of both of two schemas without a common value. */
function differInProperty(a: SchemaObject, b: SchemaObject): boolean {
  const names = new Set([...namesOf(a, 'required'), ...namesOf(b, 'required')]);
  return [...names].some((name) => areDisjoint(propertyOf(a, name), propertyOf(b, name)));
}

function propertyOf(schema: SchemaObject, name: string): unknown {
  const { properties, additionalProperties = true, patternProperties } = schema;
  if (isRecord(properties) && Object.hasOwn(properties, name)) return properties[name];
  return patternProperties === undefined ? additionalProperties : true;
}
