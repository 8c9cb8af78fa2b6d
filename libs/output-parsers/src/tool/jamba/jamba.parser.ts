import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const OPEN = '<tool_calls>';
const CLOSE = '</tool_calls>';

/** AI21 Jamba: a list of calls between tags (chat-inputs-and-parsers.md §4.2). */
export const jamba: ToolParserDefinition = {
  name: 'jamba',
  models: [/jamba/i],
  specialTokens: 'kept-with-tools',
  markers: () => [OPEN, CLOSE],
  requiredTokens: () => [OPEN, CLOSE],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: jsonCalls({ blocks: [{ open: OPEN, close: CLOSE }], body: 'list', call: NAME_AND_ARGUMENTS }),
};
