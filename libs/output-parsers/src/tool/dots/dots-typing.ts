import { memberOf } from '../../reading/json-text.js';
import { toTypedJson } from '../../reading/schema-typing.js';
import type { ValueTyping } from '../../reading/typed-arguments.writer.js';
import { jsonElseText } from '../../reading/value-typings.js';

/** References and choices nested deeper than this say nothing. */
const MAX_DEPTH = 10;

const TEXT = ['string', 'str', 'text'];
const BOOLEAN = ['boolean', 'bool'];
const NUMBER = ['integer', 'int', 'number', 'float'];

/**
 * Values by the first type that their schema allows besides null, found behind references to `definitions`, too; a boolean is true or 1, or else false. What
 * has no type is text.
 */
export function dotsTyping(definitions: unknown): ValueTyping {
  const typeOf = (schema: unknown) => (firstType(schema, definitions, 0) ?? 'string').toLowerCase();
  return {
    isText: (schema) => TEXT.includes(typeOf(schema)),
    toJson: (text, schema) => {
      const type = typeOf(schema);
      if (BOOLEAN.includes(type)) return /^(?:true|1)$/i.test(text) ? 'true' : 'false';
      return NUMBER.includes(type) ? toTypedJson(text, { type }) : jsonElseText.toJson(text, schema);
    },
  };
}

function firstType(schema: unknown, definitions: unknown, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const type = memberOf(schema, 'type');
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.find((one): one is string => typeof one === 'string' && one !== 'null');
  const reference = memberOf(schema, '$ref');
  if (typeof reference === 'string' && reference.startsWith('#/$defs/')) {
    const name = reference.slice(reference.lastIndexOf('/') + 1);
    return firstType(memberOf(definitions, name), definitions, depth + 1);
  }
  for (const choice of ['anyOf', 'oneOf', 'allOf'].flatMap((key) => memberOf(schema, key) ?? [])) {
    const found = firstType(choice, definitions, depth + 1);
    if (found !== undefined && found !== 'null') return found;
  }
  return undefined;
}
