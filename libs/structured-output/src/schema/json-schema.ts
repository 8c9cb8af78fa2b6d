import { InvalidRequestError } from '@app/errors';

/** A schema that is an object; keywords as they stand in the text. */
export type SchemaObject = Readonly<Record<string, unknown>>;
export type Schema = SchemaObject | boolean;

export const JSON_TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

/** Throws `InvalidRequestError` for a value that is no schema. */
export function mustBeSchema(value: unknown, where: string): Schema {
  if (typeof value === 'boolean' || isRecord(value)) return value;
  throw invalidSchema(`${where} must be an object or a boolean`);
}

export function isRecord(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A keyword that holds schemas by name. */
export function schemasByName(schema: SchemaObject, keyword: string): readonly (readonly [string, Schema])[] {
  const value = schema[keyword];
  if (value === undefined) return [];
  if (!isRecord(value)) throw invalidSchema(`"${keyword}" must be an object`);
  return Object.entries(value).map(([name, inner]) => [name, mustBeSchema(inner, `"${keyword}"`)]);
}

/** A keyword that holds a list of schemas. */
export function schemaList(schema: SchemaObject, keyword: string): readonly Schema[] {
  const value = schema[keyword];
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length === 0) throw invalidSchema(`"${keyword}" must be a list of schemas`);
  return value.map((inner: unknown) => mustBeSchema(inner, `"${keyword}"`));
}

/** The types a schema names; undefined: it names none. */
export function typesOf({ type }: SchemaObject): readonly JsonType[] | undefined {
  if (type === undefined) return undefined;
  const names: readonly unknown[] = Array.isArray(type) ? type : [type];
  return names.map((name) => {
    const known = JSON_TYPES.find((candidate) => candidate === name);
    if (known === undefined) throw invalidSchema(`"type" must be one of ${JSON_TYPES.join(', ')}`);
    return known;
  });
}

/** A keyword that counts something. */
export function countOf(schema: SchemaObject, keyword: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidSchema(`"${keyword}" must be a whole number that is not negative`);
}

export function numberOf(schema: SchemaObject, keyword: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined || typeof value === 'boolean') return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw invalidSchema(`"${keyword}" must be a number`);
}

export function textOf(schema: SchemaObject, keyword: string): string | undefined {
  const value = schema[keyword];
  if (value === undefined || typeof value === 'string') return value;
  throw invalidSchema(`"${keyword}" must be a string`);
}

export function namesOf(schema: SchemaObject, keyword: string): readonly string[] {
  const value = schema[keyword];
  if (value === undefined || typeof value === 'boolean') return [];
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  throw invalidSchema(`"${keyword}" must be a list of strings`);
}

/** Equal JSON values have equal texts. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`);
  return `{${members.join(',')}}`;
}

export function typeOfValue(value: unknown): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'boolean' || typeof value === 'string') return typeof value as 'boolean' | 'string';
  return 'object';
}

export function invalidSchema(reason: string): InvalidRequestError {
  return new InvalidRequestError(`Failed to transform json schema into a grammar: ${reason}`);
}

/** For what a grammar cannot hold an output to: passed over in silence it would be a broken promise. */
export function unenforceable(keyword: string): InvalidRequestError {
  return new InvalidRequestError(
    `The provided JSON schema contains features that this engine cannot enforce: ${keyword}`,
    { param: undefined },
  );
}
