import { memberOf, respaceJson, rewriteJson, toJsonString } from './json-text.js';
import type { OfferedFunction } from '../tool/tool-parser.js';

/** Schemas nested deeper than this in `anyOf`, `oneOf` and `allOf` say nothing of the type. */
const MAX_DEPTH = 64;
/** What Python's `int()` reads at most. */
const MAX_DIGITS = 4300;

const ALIASES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['str', 'text', 'varchar', 'char', 'enum'].map((alias) => [alias, 'string'])),
  ...Object.fromEntries(
    ['int', 'int32', 'int64', 'uint', 'uint32', 'uint64', 'long', 'short', 'unsigned'].map((alias) => [
      alias,
      'integer',
    ]),
  ),
  ...Object.fromEntries(['float', 'float32', 'float64', 'double'].map((alias) => [alias, 'number'])),
  ...Object.fromEntries(['arr', 'list', 'sequence'].map((alias) => [alias, 'array'])),
  bool: 'boolean',
  dict: 'object',
};

/** How text becomes a value of each type, in the order in which they are tried; undefined: it is none of that type. */
const READERS: readonly (readonly [type: string, read: (text: string) => string | undefined])[] = [
  ['null', (text) => (text.toLowerCase() === 'null' ? 'null' : undefined)],
  ['integer', toInteger],
  ['number', toNumber],
  ['boolean', toBoolean],
  ['object', respaceJson],
  ['array', respaceJson],
  ['string', toJsonString],
];

const typesOfSchemas = new WeakMap<object, ReadonlySet<string>>();

/** The schema of a parameter, in the tools of the request; undefined: there is none. */
export function parameterSchema(tools: readonly OfferedFunction[], name: string, parameter: string): unknown {
  const tool = tools.find((offered) => offered.name === name);
  return memberOf(memberOf(tool?.parameters, 'properties'), parameter);
}

/**
 * What a model wrote as plain text, as JSON text of a type that its schema allows (chat-inputs-and-parsers.md §4.1, "Schema typing"). Without a schema
 * it is a string. JSON inside of it is spaced as Python's `json.dumps` does; its numbers stay as they were written.
 */
export function toTypedJson(text: string, schema: unknown): string {
  if (schema === undefined) return toJsonString(text);
  const types = schemaTypes(schema);
  for (const [type, read] of READERS) {
    const json = types.has(type) ? read(text) : undefined;
    if (json !== undefined) return json;
  }
  return respaceJson(text) ?? toJsonString(text);
}

/** JSON text whose scalars are typed anew, each by the schema of its place; undefined: `json` is none. */
export function retypeJson(json: string, schema: unknown): string | undefined {
  return rewriteJson(json, schema, (source, place) => {
    if (typeof place !== 'object' || place === null) return source;
    return toTypedJson(source.startsWith('"') ? (JSON.parse(source) as string) : source, place);
  });
}

/** Whether a value of this schema is its text, whatever the text: then it can be passed on before it ends. */
export function isAlwaysString(schema: unknown): boolean {
  if (schema === undefined) return true;
  const types = schemaTypes(schema);
  return types.size === 1 && types.has('string');
}

/** JSON Schema's names of the types a schema allows, `string` when it says nothing. */
export function schemaTypes(schema: unknown): ReadonlySet<string> {
  if (typeof schema !== 'object' || schema === null) return new Set(['string']);
  let types = typesOfSchemas.get(schema);
  if (!types) {
    types = new Set(collectTypes(schema, 0));
    typesOfSchemas.set(schema, types);
  }
  return types;
}

function collectTypes(schema: unknown, depth: number): string[] {
  const choices = depth < MAX_DEPTH ? ['anyOf', 'oneOf', 'allOf'].flatMap((key) => listOf(memberOf(schema, key))) : [];
  const type = memberOf(schema, 'type');
  const types = [
    ...(typeof type === 'string' ? [type] : listOf(type).filter((name) => typeof name === 'string')).map(
      toStandardType,
    ),
    ...listOf(memberOf(schema, 'enum')).map(typeOfValue),
    ...choices.flatMap((choice) => collectTypes(choice, depth + 1)),
  ];
  return types.length === 0 ? ['string'] : types;
}

function toStandardType(name: string): string {
  const lower = name.trim().toLowerCase();
  return Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : lower;
}

function typeOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function toInteger(text: string): string | undefined {
  const [, sign, digits] = /^([+-]?)(\d+(?:_\d+)*)$/.exec(text.trim()) ?? [];
  if (digits === undefined || digits.length > MAX_DIGITS) return undefined;
  const bare = digits.replaceAll('_', '').replace(/^0+(?=\d)/, '');
  return sign === '-' && bare !== '0' ? `-${bare}` : bare;
}

function toNumber(text: string): string | undefined {
  const integer = toInteger(text);
  if (integer !== undefined) return integer;
  const trimmed = text.trim();
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return undefined;
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

function toBoolean(text: string): string | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'true' || word === '1') return 'true';
  return word === 'false' || word === '0' ? 'false' : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
