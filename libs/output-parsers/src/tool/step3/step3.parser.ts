import { AttributeCallParser } from '../../reading/attribute-call.parser.js';
import type { AttributeCallFormat } from '../../reading/attribute-call.parser.js';
import { AttributeMarkup } from '../../reading/attribute-markup.js';
import { memberOf, toJsonString } from '../../reading/json-text.js';
import { toTypedJson } from '../../reading/schema-typing.js';
import { TrimmedArguments } from '../../reading/trimmed-arguments.js';
import type { ValueTyping } from '../../reading/typed-arguments.writer.js';
import type { ToolParserDefinition } from '../tool-parser.js';

const CALLS = { open: '<｜tool_calls_begin｜>', close: '<｜tool_calls_end｜>' };
const CALL = { open: '<｜tool_call_begin｜>', close: '<｜tool_call_end｜>' };
const SEPARATOR = '<｜tool_sep｜>';

/** What is read of each type; any other value is text, lists and objects too. */
const READ: Readonly<Record<string, RegExp>> = {
  integer: /^[+-]?\d+$/,
  number: /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i,
  boolean: /^(?:true|false)$/i,
  null: /^null$/i,
};

const typing: ValueTyping = {
  isText: (schema) => patternOf(schema) === undefined,
  toJson: (text, schema) => (patternOf(schema)?.test(text) ? toTypedJson(text, schema) : toJsonString(text)),
};

function patternOf(schema: unknown): RegExp | undefined {
  const type = memberOf(schema, 'type');
  return typeof type === 'string' && Object.hasOwn(READ, type) ? READ[type] : undefined;
}

const format: AttributeCallFormat = {
  markup: new AttributeMarkup({
    blockOpen: [CALLS.open],
    blockClose: [CALLS.close],
    bareCalls: false,
    emptyBlock: 'text',
    layout: [`${CALL.open} function ${SEPARATOR}`, CALL.close],
    call: { open: '<steptml:invoke name =', close: '</steptml:invoke>' },
    parameter: { open: '<steptml:parameter name =', close: '</steptml:parameter>' },
    tagEnd: '>',
  }),
  nameless: 'text',
  notOffered: 'call',
  createArguments: (name, tools) => new TrimmedArguments(name, tools, { typing }),
};

/** Step 3 (chat-inputs-and-parsers.md §4.2). */
export const step3: ToolParserDefinition = {
  name: 'step3',
  models: [/\bstep-?3(?![.\dp])/i],
  specialTokens: 'kept-with-tools',
  markers: () => [CALLS.open, CALLS.close, CALL.open, CALL.close, SEPARATOR],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: ({ tools }) => new AttributeCallParser(format, tools),
};
