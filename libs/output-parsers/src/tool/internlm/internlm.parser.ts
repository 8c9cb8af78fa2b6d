import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const ACTION = '<|action_start|>';
const PLUGIN = '<|plugin|>';
const CLOSE = '<|action_end|>';

/** InternLM 2 and 3: `{"name": "f", "parameters": {…}}` as the action of a plugin (chat-inputs-and-parsers.md §4.2). */
export const internlm: ToolParserDefinition = {
  name: 'internlm',
  models: [/internlm[23]/i],
  specialTokens: 'kept-with-tools',
  markers: () => [ACTION, PLUGIN, CLOSE],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: jsonCalls({
    blocks: [{ open: ACTION + PLUGIN, close: CLOSE }],
    body: 'object',
    call: { ...NAME_AND_ARGUMENTS, argumentKeys: ['parameters', 'arguments'], argumentsRequired: false },
  }),
};
