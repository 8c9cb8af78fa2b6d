import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const OPEN = 'functools[';

/** Microsoft Phi-4 mini: `functools[…]`, a list of calls; one that is no JSON is dropped (chat-inputs-and-parsers.md §4.2). */
export const phi4MiniJson: ToolParserDefinition = {
  name: 'phi4_mini_json',
  models: [/phi-4-mini/i],
  specialTokens: 'as-requested',
  markers: () => [],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: jsonCalls({
    blocks: [{ open: OPEN }],
    body: 'list',
    call: { ...NAME_AND_ARGUMENTS, argumentKeys: ['arguments', 'parameters'] },
    broken: 'dropped',
  }),
};
