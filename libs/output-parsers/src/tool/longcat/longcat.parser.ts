import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import { hermesStructuralTag } from '../hermes/hermes.structural-tag.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const OPEN = '<longcat_tool_call>';
const CLOSE = '</longcat_tool_call>';

/** LongCat Flash: Hermes with markers of its own (chat-inputs-and-parsers.md §4.2). */
export const longcat: ToolParserDefinition = {
  name: 'longcat',
  models: [/longcat/i],
  specialTokens: 'kept-with-tools',
  markers: () => [OPEN, CLOSE],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: jsonCalls({
    blocks: [{ open: OPEN, close: CLOSE }],
    body: 'object',
    call: { ...NAME_AND_ARGUMENTS, certainWith: 'next-member' },
  }),
  structuralTag: hermesStructuralTag(OPEN, CLOSE),
};
