import { BracedCallParser } from '../../reading/braced-call.parser.js';
import type { BracedCallFormat } from '../../reading/braced-call.parser.js';
import { respaceJson, toJsonString } from '../../reading/json-text.js';
import type { ToolParserDefinition } from '../tool-parser.js';

/** More white space than this begins no JSON. */
const MAX_BLANK = 64;

const format: BracedCallFormat = {
  start: '<start_function_call>',
  end: '<end_function_call>',
  quote: '<escape>',
  // Any value may be JSON, whatever the schema says.
  typing: {
    isText: (_, beginning) => isNoJson(beginning.slice(0, MAX_BLANK)),
    toJson: (text) => respaceJson(text) ?? toJsonString(text),
  },
  strayEnd: 'text',
};

/** FunctionGemma: `<start_function_call>call:F{p:<escape>V<escape>}<end_function_call>`, V as JSON or else as text (chat-inputs-and-parsers.md §4.2). */
export const functiongemma: ToolParserDefinition = {
  name: 'functiongemma',
  models: [/functiongemma/i],
  specialTokens: 'kept-with-tools',
  markers: () => [format.start, format.end, format.quote],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: ({ tools }) => new BracedCallParser(format, tools),
};

/** Undefined: the next characters decide. */
function isNoJson(beginning: string): boolean | undefined {
  const text = beginning.trimStart();
  if (text === '') return beginning.length < MAX_BLANK ? undefined : true;
  return !/^[{["\-0-9tfn]/.test(text);
}
