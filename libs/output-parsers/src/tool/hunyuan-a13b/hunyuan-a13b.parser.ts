import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const OPEN = '<tool_calls>';
const CLOSE = '</tool_calls>';

/** Tencent Hunyuan A13B: a list of calls between tags, outside of thoughts (chat-inputs-and-parsers.md §4.2). */
export const hunyuanA13b: ToolParserDefinition = {
  name: 'hunyuan_a13b',
  models: [/hunyuan-a13b/i],
  specialTokens: 'as-requested',
  markers: () => [OPEN, CLOSE],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  callIds: 'call',
  create: jsonCalls({
    blocks: [{ open: OPEN, close: CLOSE }],
    body: 'list',
    call: { ...NAME_AND_ARGUMENTS, stringArguments: 'unwrapped' },
    thoughts: true,
    strays: 'passed-over',
    lenient: true,
  }),
};
