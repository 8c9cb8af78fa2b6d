import { AttributeCallParser } from '../../reading/attribute-call.parser.js';
import type { AttributeCallFormat } from '../../reading/attribute-call.parser.js';
import { AttributeMarkup } from '../../reading/attribute-markup.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { ElementArguments } from './element-arguments.js';

/** In front of every tag. */
const PREFIX = ']<]minimax[>[';

const format: AttributeCallFormat = {
  markup: new AttributeMarkup({
    blockOpen: [`${PREFIX}<tool_call>`],
    blockClose: [`${PREFIX}</tool_call>`],
    bareCalls: false,
    emptyBlock: 'dropped',
    dropsTextBehindCalls: true,
    call: { open: `${PREFIX}<invoke name =`, close: `${PREFIX}</invoke>` },
    tagEnd: '>',
  }),
  nameless: 'text',
  notOffered: 'call',
  createArguments: (name, tools) =>
    new ElementArguments(
      PREFIX,
      tools.find((tool) => tool.name === name),
    ),
};

/** MiniMax M3 (chat-inputs-and-parsers.md §4.1). */
export const minimaxM3: ToolParserDefinition = {
  name: 'minimax_m3',
  models: [/minimax-m3/i],
  specialTokens: 'as-requested',
  markers: () => [PREFIX],
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'own-format',
  create: ({ tools }) => new AttributeCallParser(format, tools),
};
