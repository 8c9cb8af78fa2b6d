import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { llama3JsonStructuralTag } from './llama3-json.structural-tag.js';

const PYTHON_TAG = '<|python_tag|>';

/** Meta Llama 3 and 4: `{"name": "f", "parameters": {…}}` anywhere in the text (chat-inputs-and-parsers.md §4.2). */
export const llama3Json: ToolParserDefinition = {
  name: 'llama3_json',
  models: [/llama-3\.[1-3]/i],
  specialTokens: 'as-requested',
  markers: () => [PYTHON_TAG],
  requiredTokens: () => [PYTHON_TAG],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: jsonCalls({
    blocks: [
      { open: '{', ordinary: true },
      { open: '[', ordinary: true },
      { open: PYTHON_TAG },
      { open: '```json', close: '```', ordinary: true },
      { open: '```', close: '```', ordinary: true },
    ],
    body: 'object-or-list',
    call: { ...NAME_AND_ARGUMENTS, argumentKeys: ['parameters', 'arguments'] },
    separators: ';,',
  }),
  structuralTag: llama3JsonStructuralTag,
};

export const llama4Json: ToolParserDefinition = { ...llama3Json, name: 'llama4_json', models: [] };
