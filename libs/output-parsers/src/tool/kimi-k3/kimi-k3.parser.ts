import { InvalidRequestError } from '@app/errors';
import { AttributeCallParser } from '../../reading/attribute-call.parser.js';
import type { AttributeCallFormat } from '../../reading/attribute-call.parser.js';
import { AttributeMarkup } from '../../reading/attribute-markup.js';
import type { Attributes } from '../../reading/attribute-markup.js';
import { ParameterArguments } from '../../reading/parameter-arguments.js';
import type { ParameterReading } from '../../reading/parameter-arguments.js';
import { alwaysText, jsonElseText } from '../../reading/value-typings.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { kimiK3StructuralTag } from './kimi-k3.structural-tag.js';
import { ARGUMENT, CALL, kimiK3Markers, MESSAGE_CLOSE, RESPONSE, TAG_END, TOOLS } from './kimi-k3.tags.js';

/** Each argument says its own type. */
const argument: ParameterReading = {
  nameOf: (attributes) => attributeOf(attributes, 'key'),
  typingOf: (attributes) => ((attributes.get('type') ?? 'string') === 'string' ? alwaysText : jsonElseText),
};

const format: AttributeCallFormat = {
  markup: new AttributeMarkup({
    blockOpen: [TOOLS.open],
    blockClose: [TOOLS.close],
    bareCalls: false,
    emptyBlock: 'dropped',
    framing: [RESPONSE.open, RESPONSE.close, MESSAGE_CLOSE],
    call: CALL,
    parameter: ARGUMENT,
    tagEnd: TAG_END,
  }),
  nameOf: (attributes) => attributeOf(attributes, 'tool') || undefined,
  nameless: 'dropped',
  notOffered: 'call',
  createArguments: (name, tools) => new ParameterArguments(name, tools, argument),
};

function attributeOf(attributes: Attributes, name: string): string | undefined {
  return attributes.get(name)?.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

/** Moonshot's Kimi K3 (chat-inputs-and-parsers.md §4.2). Its tags around answers are never an answer. */
export const kimiK3: ToolParserDefinition = {
  name: 'kimi_k3',
  models: [/kimi[-_]?k3/i],
  specialTokens: 'kept',
  markers: () => kimiK3Markers,
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'own-format',
  create: ({ tools }) => new AttributeCallParser(format, tools),
  checkDemand: ({ demand, strictCalling }) => {
    if (demand !== 'named' || strictCalling) return;
    throw new InvalidRequestError(
      'A tool of this model can be forced by name only while calls are held to its markup (VLLM_ENFORCE_STRICT_TOOL_CALLING): use "auto", "required" or "none".',
      { param: 'tool_choice' },
    );
  },
  structuralTag: kimiK3StructuralTag,
};
