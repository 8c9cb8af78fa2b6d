import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const OPEN = '<tool_call>';
const CLOSE = '</tool_call>';

/** Baidu ERNIE 4.5: Hermes, but a call may have no arguments (chat-inputs-and-parsers.md §4.2). */
export const ernie45: ToolParserDefinition = {
  name: 'ernie45',
  models: [/ernie-4\.5/i],
  specialTokens: 'as-requested',
  markers: () => [OPEN, CLOSE],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: jsonCalls({
    blocks: [{ open: OPEN, close: CLOSE }],
    body: 'object',
    call: { ...NAME_AND_ARGUMENTS, argumentsRequired: false },
    lenient: true,
  }),
};
