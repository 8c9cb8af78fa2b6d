import type { CallConstraint } from '../tool-parser.js';
import { THINK_TAGS, argumentsFormat, callsInText } from '../structural-tag/calls.js';
import { tag } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

const BEGIN = '<tool_call>\n<function=';

/** `<function=f>` with one tag per parameter, in `<tool_call>` (chat-inputs-and-parsers.md §3.1). */
export function qwen3CoderStructuralTag({ tools, demand }: CallConstraint): Format {
  return callsInText(demand, {
    trigger: BEGIN,
    excludes: THINK_TAGS,
    tags: tools.map((tool) =>
      tag(`${BEGIN}${tool.name}>\n`, argumentsFormat(tool, 'qwen_xml'), '\n</function>\n</tool_call>'),
    ),
  });
}
