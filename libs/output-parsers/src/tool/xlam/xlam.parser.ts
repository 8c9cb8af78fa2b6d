import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';

/** Salesforce xLAM: a list of calls that is all of the answer, or all behind a thought, or stands in a code block, behind `[TOOL_CALLS]` or in tags (chat-inputs-and-parsers.md §4.2). */
export const xlam: ToolParserDefinition = {
  name: 'xlam',
  models: [/xlam/i],
  specialTokens: 'as-requested',
  markers: () => [],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  callIds: 'call-index',
  create: jsonCalls({
    blocks: [
      { open: '[', first: true, ordinary: true },
      { open: '```json', close: '```', ordinary: true },
      { open: '```', close: '```', ordinary: true },
      { open: '[TOOL_CALLS]' },
      { open: '<tool_call>', close: '</tool_call>' },
    ],
    body: 'list',
    call: { ...NAME_AND_ARGUMENTS, stringArguments: 'unwrapped' },
    thoughts: true,
    strays: 'passed-over',
    lenient: true,
  }),
};
