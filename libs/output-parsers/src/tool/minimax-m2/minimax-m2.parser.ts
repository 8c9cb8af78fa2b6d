import { AttributeCallParser } from '../../reading/attribute-call.parser.js';
import type { AttributeCallFormat } from '../../reading/attribute-call.parser.js';
import { AttributeMarkup } from '../../reading/attribute-markup.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { minimaxM2StructuralTag } from './minimax-m2.structural-tag.js';

const START = '<minimax:tool_call>';
const END = '</minimax:tool_call>';

const format: AttributeCallFormat = {
  markup: new AttributeMarkup({
    blockOpen: [START],
    blockClose: [END],
    bareCalls: true,
    emptyBlock: 'dropped',
    call: { open: '<invoke name =', close: '</invoke>' },
    parameter: { open: '< parameter name =', close: '< / parameter >' },
    tagEnd: '>',
  }),
  nameless: 'text',
  notOffered: 'dropped',
};

/** MiniMax M2 (chat-inputs-and-parsers.md §4.1). */
export const minimaxM2: ToolParserDefinition = {
  name: 'minimax_m2',
  models: [/minimax-m2/i],
  specialTokens: 'kept',
  markers: () => [START, END],
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'json',
  create: ({ tools }) => new AttributeCallParser(format, tools),
  structuralTag: minimaxM2StructuralTag,
};
