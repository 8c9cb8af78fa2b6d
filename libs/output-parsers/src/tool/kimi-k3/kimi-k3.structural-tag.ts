import type { CallConstraint, OfferedFunction } from '../tool-parser.js';
import {
  anyText,
  constString,
  jsonSchema,
  oneOf,
  optional,
  plus,
  regex,
  sequence,
  star,
  tag,
  tagList,
} from '../structural-tag/format.js';
import type { Format, Tag } from '../structural-tag/format.js';

const OPEN = '<|open|>';
const CLOSE = '<|close|>';
const SEP = '<|sep|>';
const opened = (channel: string): string => `${OPEN}${channel}${SEP}`;
const closed = (channel: string): string => `${CLOSE}${channel}${SEP}`;

/** JSON Schema's type → the one the markup names. */
const TYPES: Readonly<Record<string, string | undefined>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
  object: 'object',
  array: 'array',
};
const MAX_ENUM_VALUES = 256;
const MAX_BOUNDED_LENGTH = 4096;
/** One character of a bare string: a `<` only where no marker begins. */
const CHARACTER = '(?:[^<]|<[^|])';

type Schema = Readonly<Record<string, unknown>>;

/** The response channel, then the one of calls (chat-inputs-and-parsers.md §3.1). Whoever skips the thought has its opener in the prompt. */
export function kimiK3StructuralTag({ tools, demand }: CallConstraint): Format {
  const calls = tag(opened('tools'), tagList(tools.map(toCall)), closed('tools'));
  return sequence(
    optional(constString(opened('response'))),
    tag('', anyText([OPEN, CLOSE, '<|end_of_msg|>']), closed('response')),
    demand === 'auto' ? optional(calls) : calls,
    optional(constString(closed('message'))),
  );
}

function toCall(tool: OfferedFunction): Tag {
  return tag(
    `${OPEN}call tool="${escapeAttribute(tool.name)}" index="`,
    sequence(regex('[0-9]+'), constString(`"${SEP}`), toArguments(tool)),
    closed('call'),
  );
}

/** In any order; at least one when the schema requires any. */
function toArguments({ strict, parameters }: OfferedFunction): Format {
  const schema = strict && isSchema(parameters) ? parameters : {};
  const { properties, required } = schema;
  if (!isSchema(properties) || Object.keys(properties).length === 0) return star(anyArgument());
  const definitions = Object.fromEntries(
    ['$defs', 'definitions'].flatMap((key) => (isSchema(schema[key]) ? [[key, schema[key]]] : [])),
  );
  const argument = oneOf(
    Object.entries(properties).map(([key, value]) => toArgument(key, isSchema(value) ? value : {}, definitions)),
  );
  return Array.isArray(required) && required.length > 0 ? plus(argument) : star(argument);
}

function toArgument(key: string, schema: Schema, definitions: Schema): Tag {
  const type = typeof schema.type === 'string' ? TYPES[schema.type] : undefined;
  if (type === undefined) return anyArgument();
  const content = type === 'string' ? toBareString(schema) : jsonSchema({ ...schema, ...definitions, ...schema });
  return tag(`${OPEN}argument key="${escapeAttribute(key)}" type="${type}"${SEP}`, content, closed('argument'));
}

/** Strings stand without quotes: their values and their length can be held, no more. */
function toBareString({ enum: values, const: only, maxLength, minLength }: Schema): Format {
  const listed = values ?? (typeof only === 'string' ? [only] : undefined);
  if (isListOfWords(listed)) return oneOf(listed.map(constString));
  if (!isCount(maxLength) || maxLength > MAX_BOUNDED_LENGTH) return anyText([CLOSE]);
  const least = isCount(minLength) && minLength <= maxLength ? minLength : 0;
  return regex(`${CHARACTER}{${least},${maxLength}}`);
}

function isListOfWords(values: unknown): values is readonly string[] {
  if (!Array.isArray(values) || values.length === 0 || values.length > MAX_ENUM_VALUES) return false;
  return values.every((value) => typeof value === 'string' && !value.includes('<|'));
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** Of any key and type. */
function anyArgument(): Tag {
  return tag(`${OPEN}argument `, sequence(regex('[^<]*<\\|sep\\|>'), anyText([CLOSE])), closed('argument'));
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
