import { toJsonString } from '../../reading/json-text.js';
import { toJsonFromPython } from '../../reading/python-literal.js';
import { schemaTypes, toTypedJson } from '../../reading/schema-typing.js';
import type { TaggedCallFormat } from '../../reading/tagged-call.parser.js';
import type { ValueTyping } from '../../reading/typed-arguments.writer.js';

/** By the schema, but that `null` is no value of its own, and that what cannot be text may be a Python literal. */
const typing: ValueTyping = {
  isText: (schema) => schema === undefined || typesOf(schema).join() === 'string',
  toJson: (text, schema) => {
    const types = typesOf(schema);
    const json = toTypedJson(text, { type: types });
    return types.includes('string') || !json.startsWith('"') ? json : (toJsonFromPython(text) ?? toJsonString(text));
  },
};

function typesOf(schema: unknown): string[] {
  return [...schemaTypes(schema)].filter((type) => type !== 'null');
}

/** `<tool_calls><tool_call>NAME<arg_key>K</arg_key><arg_value>V</arg_value></tool_call></tool_calls>`, each marker with the suffix. */
export function hunyuanFormat(suffix: string): TaggedCallFormat {
  const tag = (name: string) => ({ open: `<${name}${suffix}>`, close: `</${name}${suffix}>` });
  return {
    group: { ...tag('tool_calls'), required: true },
    call: tag('tool_call'),
    key: tag('arg_key'),
    value: tag('arg_value'),
    trimsNewlines: false,
    typing,
    offeredOnly: false,
    emptyCall: 'text',
    text: 'kept',
  };
}
