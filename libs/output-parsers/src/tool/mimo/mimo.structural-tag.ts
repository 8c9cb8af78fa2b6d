import type { CallConstraint } from '../tool-parser.js';
import { THINK_TAGS, argumentsFormat, callsInText } from '../structural-tag/calls.js';
import { tag } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

const BEGIN = '<tool_call>';
const FUNCTION = '<function=';

/** Qwen3-Coder's markup without line breaks (chat-inputs-and-parsers.md §3.1). */
export function mimoStructuralTag({ tools, demand }: CallConstraint): Format {
  return callsInText(demand, {
    trigger: BEGIN,
    excludes: [...THINK_TAGS, '</tool_call>', FUNCTION],
    tags: tools.map((tool) =>
      tag(`${BEGIN}${FUNCTION}${tool.name}>`, argumentsFormat(tool, 'qwen_xml'), '</function></tool_call>'),
    ),
  });
}
