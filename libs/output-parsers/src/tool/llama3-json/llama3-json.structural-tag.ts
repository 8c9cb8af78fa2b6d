import type { CallConstraint } from '../tool-parser.js';
import { THINK_TAGS, argumentsFormat, callsInText } from '../structural-tag/calls.js';
import { tag } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

/** `{"name": "f", "parameters": {…}}` in the text (chat-inputs-and-parsers.md §3.1). */
export function llama3JsonStructuralTag({ tools, demand }: CallConstraint): Format {
  return callsInText(demand, {
    trigger: '{"name": ',
    excludes: THINK_TAGS,
    tags: tools.map((tool) => tag(`{"name": ${JSON.stringify(tool.name)}, "parameters": `, argumentsFormat(tool), '}')),
  });
}
