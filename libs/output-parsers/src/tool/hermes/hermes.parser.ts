import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { hermesStructuralTag } from './hermes.structural-tag.js';

const OPEN = '<tool_call>';
const CLOSE = '</tool_call>';

/** NousResearch's Hermes format, used by Qwen 2.5 and 3 and many fine-tunes (chat-inputs-and-parsers.md §4.2). */
export const hermes: ToolParserDefinition = {
  name: 'hermes',
  models: [/hermes/i, /qwen(2\.5|3)/i],
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

export const qwen3Json: ToolParserDefinition = { ...hermes, name: 'qwen3_json', models: [] };
