import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const TOKEN = '<|tool_call|>';
const WORD = '<tool_call>';

/** IBM Granite 3: `<|tool_call|>` (3.0) or `<tool_call>` (3.1) and a list of calls, with no end marker (chat-inputs-and-parsers.md §4.2). */
export const granite: ToolParserDefinition = {
  name: 'granite',
  models: [/granite-3/i],
  specialTokens: 'kept',
  markers: () => [TOKEN, WORD],
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'json',
  create: jsonCalls({
    blocks: [{ open: TOKEN }, { open: WORD }],
    body: 'list',
    call: { ...NAME_AND_ARGUMENTS, argumentsRequired: false, stringArguments: 'unwrapped' },
    strays: 'dropped',
    lenient: true,
  }),
};
