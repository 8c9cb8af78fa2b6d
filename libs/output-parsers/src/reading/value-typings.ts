import { memberOf, respaceJson, toJsonString } from './json-text.js';
import type { ValueTyping } from './typed-arguments.writer.js';

/** JSON, or else text; the schema has no say. */
export const jsonElseText: ValueTyping = {
  isText: () => false,
  toJson: (text) => respaceJson(text) ?? toJsonString(text),
};

export const alwaysText: ValueTyping = { isText: () => true, toJson: toJsonString };

/** Text where the schema's `type` is `string` and nothing else, otherwise as `jsonElseText`. */
export const textByType: ValueTyping = {
  isText: (schema) => memberOf(schema, 'type') === 'string',
  toJson: jsonElseText.toJson,
};
