import { respaceJson, toJsonString } from '../../reading/json-text.js';
import { toJsonFromPython } from '../../reading/python-literal.js';
import { markersOf, TaggedCallParser } from '../../reading/tagged-call.parser.js';
import type { TaggedCallFormat } from '../../reading/tagged-call.parser.js';
import { textByType } from '../../reading/value-typings.js';
import { glm45Format } from '../glm45/glm45.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const format: TaggedCallFormat = {
  ...glm45Format,
  typing: {
    isText: textByType.isText,
    toJson: (text) => {
      const value = text.trim();
      return respaceJson(value) ?? toJsonFromPython(value) ?? toJsonString(value);
    },
  },
  offeredOnly: false,
  emptyCall: 'text',
  text: 'kept',
};

/** Poolside's models: GLM's tags; what is no string by its schema is JSON, a Python literal, or text (chat-inputs-and-parsers.md §4.2). */
export const poolsideV1: ToolParserDefinition = {
  name: 'poolside_v1',
  models: [/poolside|laguna/i],
  specialTokens: 'kept-with-tools',
  markers: () => markersOf(format),
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'own-format',
  create: ({ tools }) => new TaggedCallParser(format, tools),
};
