import type { CallConstraint } from '../tool-parser.js';
import { argumentsFormat } from '../structural-tag/calls.js';
import { constString, oneOf, regex, sequence, tag, tagList, triggeredTags } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

const ACTION = '<|START_ACTION|>';

/** An action with a list of calls, laid out as the family's chat template writes it (chat-inputs-and-parsers.md §3.1). */
export function cohereStructuralTag({ tools, demand }: CallConstraint): Format {
  const calls = tools.map((tool) =>
    tag(
      '{"tool_call_id": "',
      sequence(
        regex('[0-9]+'),
        constString(`", "tool_name": ${JSON.stringify(tool.name)}, "parameters": `),
        argumentsFormat(tool),
      ),
      '}',
    ),
  );
  const list = tagList(calls, { separator: ',\n    ', onlyOne: demand === 'named' });
  const action = tag(ACTION, sequence(constString('[\n    '), list, constString('\n]')), '<|END_ACTION|>');
  return demand === 'auto' ? triggeredTags({ triggers: [ACTION], tags: [action] }) : action;
}

/** An answer in one of the blocks that a model of the family has for answers. */
export function cohereOutput(...blocks: ('RESPONSE' | 'TEXT')[]): (format: Format) => Format {
  return (format) => oneOf(blocks.map((block) => tag(`<|START_${block}|>`, format, `<|END_${block}|>`)));
}
