import type { CallConstraint } from '../tool-parser.js';
import { THINK_TAGS, argumentsFormat, onlySection, sectionsInText } from '../structural-tag/calls.js';
import { constString, regex, sequence, tag } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

const CALL_BEGIN = '<|tool_call_begin|>';

/** A section of calls `functions.f:0` (chat-inputs-and-parsers.md §3.1); the index is the model's to choose. */
export function kimiK2StructuralTag({ tools, demand }: CallConstraint): Format {
  const section = {
    begin: '<|tool_calls_section_begin|>',
    end: '<|tool_calls_section_end|>',
    excludes: [...THINK_TAGS, CALL_BEGIN],
    tags: tools.map((tool) =>
      tag(
        `${CALL_BEGIN}functions.${tool.name}:`,
        sequence(regex('\\d+'), constString('<|tool_call_argument_begin|>'), argumentsFormat(tool)),
        '<|tool_call_end|>',
      ),
    ),
  };
  return demand === 'auto' ? sectionsInText(section) : onlySection(demand, section);
}
