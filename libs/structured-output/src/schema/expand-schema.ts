import { areDisjoint } from './are-disjoint.js';
import {
  invalidSchema,
  isRecord,
  mustBeSchema,
  namesOf,
  schemaList,
  schemasByName,
  unenforceable,
} from './json-schema.js';
import type { Schema, SchemaObject } from './json-schema.js';
import { mergeSchemas } from './merge-schemas.js';

const MAX_ALTERNATIVES = 256;
const MAX_DEPTH = 64;

/** Keywords that apply other schemas to the same value. */
const APPLICATORS: readonly string[] = [
  '$ref',
  'allOf',
  'anyOf',
  'oneOf',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
];

export function hasApplicators(schema: SchemaObject): boolean {
  return APPLICATORS.some((keyword) => schema[keyword] !== undefined);
}

/** Finds the schemas that `$ref` names. */
export interface References {
  /** Throws `InvalidRequestError` for what is not in the document; nothing is fetched. */
  find(reference: unknown): Schema;
}

/**
 * A schema as alternatives without applicators: a value fits the schema when it fits one of them. None: no value fits. Throws `InvalidRequestError` where that
 * is not possible, or there are too many.
 */
export function expandSchema(schema: Schema, references: References, depth = 0): readonly SchemaObject[] {
  if (schema === false) return [];
  if (schema === true) return [{}];
  if (depth > MAX_DEPTH)
    throw unenforceable(`references that nest deeper than ${MAX_DEPTH} without a value between them`);
  const inner = (part: Schema): readonly SchemaObject[] => expandSchema(part, references, depth + 1);
  const { $ref, allOf: _allOf, anyOf: _anyOf, oneOf: _oneOf, ...rest } = schema;
  const { dependentRequired: _required, dependentSchemas: _schemas, dependencies: _dependencies, ...plain } = rest;
  const demands: (readonly SchemaObject[])[] = [];
  if ($ref !== undefined) demands.push(inner(references.find($ref)));
  demands.push(...schemaList(schema, 'allOf').map(inner));
  if (schema.anyOf !== undefined) demands.push(schemaList(schema, 'anyOf').flatMap(inner));
  if (schema.oneOf !== undefined) demands.push(disjoint(schemaList(schema, 'oneOf').map(inner)));
  demands.push(...dependencies(schema).flatMap(([name, dependent]) => [[without(name), ...inner(dependent)]]));
  return demands.reduce<readonly SchemaObject[]>(allPairs, [normalised(plain)]);
}

/** `const` is an `enum` of one. */
function normalised({ const: only, ...plain }: SchemaObject): SchemaObject {
  if (only === undefined) return plain;
  return plain.enum === undefined ? { ...plain, enum: [only] } : mergeSchemas(plain, { enum: [only] });
}

function allPairs(these: readonly SchemaObject[], those: readonly SchemaObject[]): readonly SchemaObject[] {
  if (these.length * those.length > MAX_ALTERNATIVES) {
    throw unenforceable(`more than ${MAX_ALTERNATIVES} combinations of alternatives`);
  }
  return these.flatMap((one) => those.map((other) => mergeSchemas(one, other)));
}

function disjoint(branches: readonly (readonly SchemaObject[])[]): readonly SchemaObject[] {
  branches.forEach((branch, index) => {
    const others = branches.slice(index + 1).flat();
    if (branch.some((one) => others.some((other) => !areDisjoint(one, other)))) {
      throw unenforceable(
        '"oneOf" whose alternatives may overlap (use "anyOf", or tell them apart by a required "const")',
      );
    }
  });
  return branches.flat();
}

/** Properties, with what holds when they are there. */
function dependencies(schema: SchemaObject): readonly (readonly [string, Schema])[] {
  const { dependentRequired: required = {}, dependencies: either = {} } = schema;
  if (!isRecord(required) || !isRecord(either)) throw invalidSchema('"dependentRequired" must be an object');
  const names = [...Object.keys(required).map((name) => [name, namesOf(required, name)] as const)];
  const old = Object.entries(either).map(
    ([name, value]) =>
      [
        name,
        Array.isArray(value) ? { required: namesOf(either, name) } : mustBeSchema(value, '"dependencies"'),
      ] as const,
  );
  return [
    ...names.map(([name, others]) => [name, { required: others }] as const),
    ...schemasByName(schema, 'dependentSchemas'),
    ...old,
  ].map(([name, value]) => [name, { allOf: [{ required: [name], properties: { [name]: true } }, value] }]);
}

function without(name: string): SchemaObject {
  return { properties: { [name]: false } };
}
