import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const OPEN = '<|tools_prefix|>';
const CLOSE = '<|tools_suffix|>';

/** Swiss AI Apertus: `[{"f": {…}}]`, a list of calls each under its name; the end marker may be missing (chat-inputs-and-parsers.md §4.2). */
export const apertus: ToolParserDefinition = {
  name: 'apertus',
  models: [/apertus/i],
  specialTokens: 'kept-with-tools',
  markers: () => [OPEN, CLOSE],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: jsonCalls({
    blocks: [{ open: OPEN, close: CLOSE }],
    body: 'object-or-list',
    call: { ...NAME_AND_ARGUMENTS, name: 'first-key' },
  }),
};
