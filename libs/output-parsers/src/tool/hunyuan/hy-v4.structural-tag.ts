import type { CallConstraint, OfferedFunction } from '../tool-parser.js';
import { anyText, constString, oneOf, sequence, star, tag, tagList } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

/**
 * A section of calls (chat-inputs-and-parsers.md §3.1): names and argument keys, required ones first; values are free, strict or not. A free choice is
 * not constrained, as in vLLM. `suffix`: what the checkpoint writes at the end of each marker, `:3f9c` or nothing.
 */
export function hyV4StructuralTag({ tools, demand }: CallConstraint, suffix: string): Format | undefined {
  if (demand === 'auto') return undefined;
  const tags = tools.map((tool) =>
    tag(`<tool_call${suffix}>${tool.name}`, toArguments(tool, suffix), `</tool_call${suffix}>`),
  );
  return sequence(
    constString(`<tool_calls${suffix}>`),
    tagList(tags, { onlyOne: demand === 'named' }),
    constString(`</tool_calls${suffix}>`),
  );
}

function toArguments({ parameters }: OfferedFunction, suffix: string): Format {
  const { required, optional } = argumentKeys(parameters);
  const pairs = (keys: readonly string[]): Format[] => keys.map((key) => toPair(key, suffix));
  const elements = pairs(required);
  if (optional.length > 0) elements.push(star(oneOf(pairs(optional))));
  return elements.length > 0 ? sequence(...elements) : anyText();
}

function toPair(key: string, suffix: string): Format {
  const markers = [`</arg_key${suffix}>`, `<arg_value${suffix}>`].map(constString);
  return sequence(
    constString(`<arg_key${suffix}>`),
    constString(key),
    ...markers,
    anyText(),
    constString(`</arg_value${suffix}>`),
  );
}

/** In the order of the schema; required keys that it does not describe behind those it does. */
function argumentKeys(schema: unknown): { readonly required: readonly string[]; readonly optional: readonly string[] } {
  const { properties, required } = (schema ?? {}) as { readonly properties?: unknown; readonly required?: unknown };
  const described = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const wanted = Array.isArray(required) ? required.filter((key) => typeof key === 'string') : [];
  return {
    required: [...described.filter((key) => wanted.includes(key)), ...wanted.filter((key) => !described.includes(key))],
    optional: described.filter((key) => !wanted.includes(key)),
  };
}
