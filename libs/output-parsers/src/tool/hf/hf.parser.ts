import { InvalidRequestError } from '@app/errors';
import { mustLoadResponseTemplate } from '../../reading/response-template/response-template.js';
import type { ParserModel } from '../../parser-model.js';
import type { StatedDemand, ToolParserDefinition } from '../tool-parser.js';
import { ResponseTemplateToolParser } from './response-template.parser.js';

/** Calls as the `response_template` of the tokenizer's configuration describes them; each is told when it is whole (chat-inputs-and-parsers.md §4.2). */
export const hf: ToolParserDefinition = {
  name: 'hf',
  models: [],
  onlyWith: ['hf', 'beam'],
  specialTokens: 'kept',
  markers: markersOf,
  requiredTokens: (model) => {
    const { fields } = mustLoadResponseTemplate(model.responseTemplate);
    return fields.some(({ name }) => name === 'tool_calls') ? [] : ['response_template.fields.tool_calls'];
  },
  readsWithoutTools: true,
  forcedCalls: 'own-format',
  checkDemand,
  create: ({ model, tools }) => new ResponseTemplateToolParser(mustLoadResponseTemplate(model.responseTemplate), tools),
};

/** The same template, for models whose calls a grammar can be made of. */
export const beam: ToolParserDefinition = { ...hf, name: 'beam', checkDemand: undefined };

/** Literal markers of a template that is sound. */
function markersOf({ responseTemplate }: ParserModel): readonly string[] {
  return mustLoadResponseTemplate(responseTemplate).fields.flatMap(({ literals }) => literals);
}

/** Nothing holds the engine to the template's format. */
function checkDemand({ demand, single, strict }: StatedDemand): void {
  const [wanted, param] = strict
    ? ['strict tools', 'tools']
    : demand !== 'auto'
      ? [`${demand} tool choice`, 'tool_choice']
      : ['parallel_tool_calls=False', 'parallel_tool_calls'];
  if (demand === 'auto' && !strict && !single) return;
  throw new InvalidRequestError(
    `response_template parsing cannot guarantee ${wanted} without a format-compatible structural grammar`,
    { param },
  );
}
