import { BracedCallParser } from '../../reading/braced-call.parser.js';
import type { BracedCallFormat } from '../../reading/braced-call.parser.js';
import { isAlwaysString, toTypedJson } from '../../reading/schema-typing.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const format: BracedCallFormat = {
  start: '<|tool_call>',
  end: '<tool_call|>',
  quote: '<|"|>',
  typing: { isText: isAlwaysString, toJson: toTypedJson },
  strayEnd: 'dropped',
};

/** Gemma 4: `<|tool_call>call:F{k:<|"|>text<|"|>,n:42}<tool_call|>`, values typed by the schema (chat-inputs-and-parsers.md §4.1). */
export const gemma4: ToolParserDefinition = {
  name: 'gemma4',
  models: [/gemma-?4/i],
  specialTokens: 'kept',
  markers: () => [format.start, format.end, format.quote],
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'own-format',
  create: ({ tools }) => new BracedCallParser(format, tools),
};
