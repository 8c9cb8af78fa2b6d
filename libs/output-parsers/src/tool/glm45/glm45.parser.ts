import { markersOf, TaggedCallParser } from '../../reading/tagged-call.parser.js';
import type { TaggedCallFormat } from '../../reading/tagged-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { glm45StructuralTag } from './glm45.structural-tag.js';

/** `<tool_call>NAME⏎<arg_key>K</arg_key>⏎<arg_value>V</arg_value>…</tool_call>` */
export const glm45Format: TaggedCallFormat = {
  call: { open: '<tool_call>', close: '</tool_call>' },
  key: { open: '<arg_key>', close: '</arg_key>' },
  value: { open: '<arg_value>', close: '</arg_value>' },
  trimsNewlines: false,
  offeredOnly: true,
  emptyCall: 'dropped',
  text: 'trimmed',
};

/** GLM 4.5 to 5 (chat-inputs-and-parsers.md §4.1). */
export const glm45: ToolParserDefinition = {
  name: 'glm45',
  models: [/glm-?4\.[56]/i],
  specialTokens: 'kept',
  markers: () => markersOf(glm45Format),
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'own-format',
  create: ({ tools }) => new TaggedCallParser(glm45Format, tools),
  strictLevel: 'function',
  structuralTag: glm45StructuralTag,
};

export const glm47: ToolParserDefinition = { ...glm45, name: 'glm47', models: [/glm-?(4\.7|5)/i] };
