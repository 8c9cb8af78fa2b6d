import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const OPEN = '<tool_call>';
const CLOSE = '</tool_call>';

/** IBM Granite 4: Hermes, but arguments may be a string that holds JSON (chat-inputs-and-parsers.md §4.2). */
export const granite4: ToolParserDefinition = {
  name: 'granite4',
  models: [/granite-4/i],
  specialTokens: 'kept-with-tools',
  markers: () => [OPEN, CLOSE],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: jsonCalls({
    blocks: [{ open: OPEN, close: CLOSE }],
    body: 'object',
    call: { ...NAME_AND_ARGUMENTS, stringArguments: 'unwrapped' },
  }),
};
