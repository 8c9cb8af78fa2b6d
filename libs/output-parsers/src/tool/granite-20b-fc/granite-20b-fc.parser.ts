import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const OPEN = '<function_call>';

/** IBM Granite 20B function calling: `<function_call> {…}`, again and again, with no end marker (chat-inputs-and-parsers.md §4.2). */
export const granite20bFc: ToolParserDefinition = {
  name: 'granite-20b-fc',
  models: [/granite-20b-functioncalling/i],
  specialTokens: 'as-requested',
  markers: () => [OPEN],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: jsonCalls({ blocks: [{ open: OPEN }], body: 'object', call: NAME_AND_ARGUMENTS }),
};
