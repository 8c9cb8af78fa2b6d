import type { CallConstraint } from '../tool-parser.js';
import { argumentsFormat } from '../structural-tag/calls.js';
import { tag, tagList, triggeredTags } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

/** JSON between two markers, with line breaks around it and without; each tool twice (chat-inputs-and-parsers.md §3.1, "hermes style"). */
export function hermesStructuralTag(start: string, end: string) {
  return ({ tools, demand }: CallConstraint): Format => {
    const tags = tools.flatMap((tool) =>
      ['\n', ''].map((lineBreak) =>
        tag(
          `${start}${lineBreak}{"name": ${JSON.stringify(tool.name)}, "arguments": `,
          argumentsFormat(tool),
          `}${lineBreak}${end}`,
        ),
      ),
    );
    if (demand === 'auto') return triggeredTags({ triggers: [start], tags });
    return tagList(tags, { onlyOne: demand === 'named' });
  };
}
