import { pythonJson } from '@app/python-text';
import type { CallConstraint, OfferedFunction } from '../tool-parser.js';
import { argumentsFormat, callsInText } from '../structural-tag/calls.js';
import { anyText, constString, jsonSchema, oneOf, sequence, star, tag, tagList } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

const BEGIN = '<tool_call>';
const TEXT_EXCLUDES = [
  ...['<think>', '</think>', '</tool_call>'],
  ...['<arg_key>', '</arg_key>', '<arg_value>', '</arg_value>'],
];
const VALUE_EXCLUDES = [...TEXT_EXCLUDES.slice(0, 2), BEGIN, ...TEXT_EXCLUDES.slice(2)];
/** A schema with one of these does not list its keys plainly. */
const COMPOSED = ['$ref', 'allOf', 'anyOf', 'oneOf', 'patternProperties'];

type Schema = Readonly<Record<string, unknown>>;

/** Calls with a pair of tags per argument, in the text (chat-inputs-and-parsers.md §3.1). Of tools that are not strict, keys and plain types are held. */
export function glm45StructuralTag({ tools, demand }: CallConstraint): Format {
  const tags = tools.map((tool) => tag(`${BEGIN}${tool.name}`, toArguments(tool), '</tool_call>'));
  const inText = { trigger: BEGIN, tags, excludes: TEXT_EXCLUDES };
  if (demand === 'auto' || tools.every(({ strict }) => strict)) return callsInText(demand, inText);
  return tagList(tags, { onlyOne: demand === 'named' });
}

function toArguments(tool: OfferedFunction): Format {
  const properties = tool.strict ? undefined : plainProperties((tool.parameters ?? {}) as Schema);
  if (!properties) return argumentsFormat(tool, 'glm_xml');
  const pairs = Object.entries(properties).map(([key, schema]) =>
    sequence(
      constString(`<arg_key>${key}</arg_key><arg_value>`),
      toValue(isSchema(schema) ? schema : {}),
      constString('</arg_value>'),
    ),
  );
  return star(oneOf(pairs));
}

function plainProperties(schema: Schema): Schema | undefined {
  const { properties, additionalProperties } = schema;
  const plain = additionalProperties !== true && !COMPOSED.some((key) => key in schema);
  return plain && isSchema(properties) && Object.keys(properties).length > 0 ? properties : undefined;
}

/** Strings stand bare, all else as JSON. */
function toValue({ type, enum: values }: Schema): Format {
  if (Array.isArray(values) && values.length > 0) {
    return oneOf(values.map((value) => constString(typeof value === 'string' ? value : pythonJson(value))));
  }
  if (Array.isArray(type) && type.length > 0) {
    const others = type.filter((name) => name !== 'string').map((name: unknown) => toValue({ type: name }));
    return oneOf(type.includes('string') ? [...others, anyText(VALUE_EXCLUDES)] : others);
  }
  return typeof type === 'string' && type !== 'string' ? jsonSchema({ type }) : anyText(VALUE_EXCLUDES);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
