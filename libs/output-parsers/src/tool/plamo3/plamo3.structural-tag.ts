import type { CallConstraint } from '../tool-parser.js';
import { argumentsFormat } from '../structural-tag/calls.js';
import { tag, tagList, triggeredTags } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

const begin = (part: string): string => `<|plamo:begin_${part}:plamo|>`;
const end = (part: string): string => `<|plamo:end_${part}:plamo|>`;
const REQUESTS = 'tool_requests';

/** A section of requests (chat-inputs-and-parsers.md §3.1), which may close the turn, too. */
export function plamo3StructuralTag({ tools, demand }: CallConstraint): Format {
  const tags = tools.map((tool) =>
    tag(
      `${begin('tool_request')}${begin('tool_name')}${tool.name}${end('tool_name')}` +
        `${begin('tool_arguments')}<|plamo:constrain|>json<|plamo:msg|>`,
      argumentsFormat(tool),
      end('tool_arguments') + end('tool_request'),
    ),
  );
  const requests = tag(begin(REQUESTS), tagList(tags, { onlyOne: demand === 'named' }), [
    end(REQUESTS),
    `${end(REQUESTS)}<|plamo:tag|>`,
  ]);
  return demand === 'auto' ? triggeredTags({ triggers: [begin(REQUESTS)], tags: [requests] }) : requests;
}
