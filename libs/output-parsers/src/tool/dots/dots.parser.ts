import { AttributeCallParser } from '../../reading/attribute-call.parser.js';
import type { AttributeCallFormat } from '../../reading/attribute-call.parser.js';
import { AttributeMarkup } from '../../reading/attribute-markup.js';
import { memberOf } from '../../reading/json-text.js';
import { TrimmedArguments } from '../../reading/trimmed-arguments.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { dotsTyping } from './dots-typing.js';

const START = '<dots_function_call>';
const END = '</dots_function_call>';

const format: AttributeCallFormat = {
  markup: new AttributeMarkup({
    blockOpen: [START],
    blockClose: [END],
    bareCalls: false,
    emptyBlock: 'text',
    call: { open: '<invoke name =', close: '</invoke>' },
    parameter: { open: '<parameter name =', close: '</parameter>' },
    jsonCall: {
      name: { key: 'name' },
      argumentKeys: ['arguments', 'parameters'],
      argumentsRequired: false,
      stringArguments: 'verbatim',
      objectArguments: true,
      certainWith: 'next-member',
    },
    tagEnd: '>',
  }),
  nameless: 'text',
  notOffered: 'text',
  createArguments: (name, tools) => {
    const schema = tools.find((tool) => tool.name === name)?.parameters;
    return new TrimmedArguments(name, tools, { typing: dotsTyping(memberOf(schema, '$defs')), nullWord: 'null' });
  },
};

/** rednote's dots (chat-inputs-and-parsers.md §4.2). */
export const dots: ToolParserDefinition = {
  name: 'dots',
  models: [/\bdots\./i],
  specialTokens: 'as-requested',
  markers: () => [START, END],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'own-format',
  create: ({ tools }) => new AttributeCallParser(format, tools),
};
