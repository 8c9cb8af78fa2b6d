import type { CallConstraint, OfferedFunction } from '../tool-parser.js';
import { toPythonJson } from './to-python-json.js';

/**
 * The call markup as vLLM's server asks its engine for it (recorded traffic; chat-inputs-and-parsers.md §3.1): each tool with and without line
 * breaks. Arguments follow a tool's schema only when the tool is strict.
 */
export function hermesStructuralTag({ tools, demand, single }: CallConstraint): string | undefined {
  if (demand === 'auto') {
    if (!single && !tools.some(({ strict }) => strict)) return undefined;
    return toPythonJson({
      type: 'structural_tag',
      format: {
        type: 'triggered_tags',
        triggers: ['<tool_call>'],
        tags: tools.flatMap(toTags),
        at_least_one: false,
        stop_after_first: single,
        excludes: [],
      },
    });
  }
  const named = typeof demand === 'object';
  const wanted = named ? tools.filter(({ name }) => name === demand.name) : tools;
  return toPythonJson({
    type: 'structural_tag',
    format: {
      type: 'tags_with_separator',
      tags: wanted.flatMap(toTags),
      separator: '',
      at_least_one: true,
      stop_after_first: named || single,
    },
  });
}

function toTags({ name, parameters, strict }: OfferedFunction): object[] {
  const content = {
    type: 'json_schema',
    json_schema: strict ? (parameters ?? true) : true,
    style: 'json',
    any_order: false,
    max_whitespace_cnt: null,
    excludes: [],
  };
  return ['\n', ''].map((lineBreak) => ({
    type: 'tag',
    begin: `<tool_call>${lineBreak}{"name": ${toPythonJson(name)}, "arguments": `,
    content,
    end: `}${lineBreak}</tool_call>`,
  }));
}
