import type { CallConstraint } from '../tool-parser.js';
import { argumentsFormat, sectionsInText } from '../structural-tag/calls.js';
import { constString, sequence, tag, tagList } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

const TRIGGER = '<minimax:tool_call>';
const BEGIN = `${TRIGGER}\n`;
const END = '</minimax:tool_call>';

/** A section of invokes (chat-inputs-and-parsers.md §3.1). */
export function minimaxM2StructuralTag({ tools, demand }: CallConstraint): Format {
  const tags = tools.map((tool) =>
    tag(`<invoke name="${tool.name}">\n`, argumentsFormat(tool, 'minimax_xml'), '</invoke>\n'),
  );
  if (demand === 'auto') return sectionsInText({ trigger: TRIGGER, begin: BEGIN, end: END, tags });
  return sequence(constString(`\n${BEGIN}`), tagList(tags, { onlyOne: demand === 'named' }), constString(END));
}
