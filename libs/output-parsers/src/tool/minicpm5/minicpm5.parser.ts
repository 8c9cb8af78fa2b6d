import { AttributeCallParser } from '../../reading/attribute-call.parser.js';
import type { AttributeCallFormat } from '../../reading/attribute-call.parser.js';
import { AttributeMarkup } from '../../reading/attribute-markup.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { MiniCpm5Arguments } from './minicpm5-arguments.js';

const format: AttributeCallFormat = {
  markup: new AttributeMarkup({
    blockOpen: [],
    blockClose: [],
    bareCalls: true,
    emptyBlock: 'text',
    call: { open: '<function name =', close: '</function>' },
    parameter: { open: '<param name =', close: '</param>' },
    tagEnd: '>',
    verbatim: { open: '<![CDATA[', close: ']]>' },
    escapes: { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&apos;': "'" },
    thought: { open: '<think>', close: '</think>' },
  }),
  nameless: 'text',
  notOffered: 'text',
  createArguments: (name, tools) => new MiniCpm5Arguments(name, tools),
};

/** MiniCPM 5: calls are XML (chat-inputs-and-parsers.md §4.2). */
export const minicpm5: ToolParserDefinition = {
  name: 'minicpm5',
  models: [/minicpm-?5/i],
  specialTokens: 'kept-with-tools',
  markers: () => ['<function', '</function>', '<param', '</param>', '<think>', '</think>'],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  callIds: 'call',
  create: ({ tools }) => new AttributeCallParser(format, tools),
};
