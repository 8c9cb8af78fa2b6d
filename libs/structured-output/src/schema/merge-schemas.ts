import { canonicalText, isRecord, mustBeSchema, typesOf, unenforceable } from './json-schema.js';
import type { JsonType, Schema, SchemaObject } from './json-schema.js';

type Merge = (a: unknown, b: unknown) => unknown;

const smaller: Merge = (a, b) => Math.min(a as number, b as number);
const larger: Merge = (a, b) => Math.max(a as number, b as number);

/** How two values of a keyword become one that says both. */
const MERGES: Readonly<Record<string, Merge | undefined>> = {
  enum: (a, b) => {
    const texts = new Set((b as unknown[]).map(canonicalText));
    return (a as unknown[]).filter((value) => texts.has(canonicalText(value)));
  },
  required: (a, b) => [...new Set([...(a as unknown[]), ...(b as unknown[])])],
  minimum: larger,
  exclusiveMinimum: larger,
  minLength: larger,
  minItems: larger,
  minProperties: larger,
  maximum: smaller,
  exclusiveMaximum: smaller,
  maxLength: smaller,
  maxItems: smaller,
  maxProperties: smaller,
  items: mergeInner,
  propertyNames: mergeInner,
  uniqueItems: (a, b) => a === true || b === true,
  unevaluatedProperties: (a, b) => (a === false || b === false ? false : mergeInner(a, b)),
};

/** Handled together: what one says of a property depends on what the other declares. */
const OF_PROPERTIES: readonly string[] = ['properties', 'additionalProperties', 'type'];

/** A schema of the values that fit both; neither has references or alternatives. Throws `InvalidRequestError` where no keyword can say that. */
export function mergeSchemas(a: SchemaObject, b: SchemaObject): SchemaObject {
  const merged: Record<string, unknown> = { ...a };
  for (const [keyword, value] of Object.entries(b)) {
    if (OF_PROPERTIES.includes(keyword)) continue;
    const own = merged[keyword];
    if (own === undefined || canonicalText(own) === canonicalText(value)) merged[keyword] = value;
    else if (MERGES[keyword]) merged[keyword] = MERGES[keyword](own, value);
    else if (!ANNOTATIONS.has(keyword)) throw unenforceable(`two different "${keyword}" at once`);
  }
  return { ...merged, ...mergedTypes(a, b), ...mergedProperties(a, b) };
}

/** Keywords that say nothing about which values are valid. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...['title', 'description', 'default', 'examples', 'example', 'deprecated', 'readOnly', 'writeOnly'],
  ...['$schema', '$id', '$comment', '$anchor', '$defs', 'definitions', 'contentMediaType', 'contentEncoding'],
]);

function mergeInner(a: unknown, b: unknown): Schema {
  return bothOf(mustBeSchema(a, 'a schema'), mustBeSchema(b, 'a schema'));
}

function bothOf(a: Schema, b: Schema): Schema {
  if (a === false || b === false) return false;
  if (a === true || b === true) return a === true ? b : a;
  return { allOf: [a, b] };
}

function mergedTypes(a: SchemaObject, b: SchemaObject): { readonly type?: readonly JsonType[] } {
  const [first, second] = [typesOf(a), typesOf(b)];
  if (first === undefined || second === undefined) {
    const type = first ?? second;
    return type === undefined ? {} : { type };
  }
  const both = first.filter((type) => second.includes(type) || (type === 'integer' && second.includes('number')));
  const integers = second.includes('integer') && first.includes('number') && !first.includes('integer');
  return { type: integers ? [...both, 'integer'] : both };
}

function mergedProperties(a: SchemaObject, b: SchemaObject): SchemaObject {
  const [own, other] = [propertiesOf(a), propertiesOf(b)];
  const names = [...new Set([...Object.keys(own), ...Object.keys(other)])];
  const properties = Object.fromEntries(
    names.map((name) => [name, bothOf(schemaOfProperty(a, own, name), schemaOfProperty(b, other, name))]),
  );
  const [rest, otherRest] = [a.additionalProperties, b.additionalProperties];
  const additional = rest === undefined ? otherRest : otherRest === undefined ? rest : mergeInner(rest, otherRest);
  return {
    ...(names.length > 0 || a.properties !== undefined || b.properties !== undefined ? { properties } : {}),
    ...(additional === undefined ? {} : { additionalProperties: additional }),
  };
}

function propertiesOf({ properties }: SchemaObject): SchemaObject {
  return isRecord(properties) ? properties : {};
}

function schemaOfProperty(schema: SchemaObject, properties: SchemaObject, name: string): Schema {
  if (Object.hasOwn(properties, name)) return mustBeSchema(properties[name], '"properties"');
  return mustBeSchema(schema.additionalProperties ?? true, '"additionalProperties"');
}
