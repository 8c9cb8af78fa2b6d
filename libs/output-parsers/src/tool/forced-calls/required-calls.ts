import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';

/**
 * Reads what an engine writes that is held to a JSON list of calls, `[{"name": "f", "parameters": {…}}]` (chat-inputs-and-parsers.md §3.2). Whatever else it
 * should write is text.
 */
export const requiredCalls = jsonCalls({
  blocks: [{ open: '[', first: true }],
  body: 'list',
  call: { ...NAME_AND_ARGUMENTS, argumentKeys: ['parameters'] },
});
