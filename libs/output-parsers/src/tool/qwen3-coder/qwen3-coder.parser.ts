import { markersOf, TaggedCallParser } from '../../reading/tagged-call.parser.js';
import type { TaggedCallFormat } from '../../reading/tagged-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { qwen3CoderStructuralTag } from './qwen3-coder.structural-tag.js';

/** `<tool_call>⏎<function=F>⏎<parameter=P>⏎V⏎</parameter>⏎</function>⏎</tool_call>`; the outer tag may be missing. */
export const qwen3CoderFormat: TaggedCallFormat = {
  group: { open: '<tool_call>', close: '</tool_call>', required: false },
  call: { open: '<function=', close: '</function>' },
  nameEnd: '>',
  key: { open: '<parameter=', close: '>' },
  value: { close: '</parameter>' },
  trimsNewlines: true,
  offeredOnly: false,
  emptyCall: 'dropped',
  text: 'trimmed',
};

/** Qwen 3 Coder's format, which other families follow with their own markers (chat-inputs-and-parsers.md §4.1). */
export const qwen3Coder: ToolParserDefinition = {
  ...toQwen3CoderDefinition('qwen3_coder', [/qwen3-?coder/i, /qwen3\.\d/i], qwen3CoderFormat),
  structuralTag: qwen3CoderStructuralTag,
};

export const qwen3Xml: ToolParserDefinition = { ...qwen3Coder, name: 'qwen3_xml', models: [] };

/** A family that writes its calls like Qwen 3 Coder. */
export function toQwen3CoderDefinition(
  name: string,
  models: readonly RegExp[],
  format: TaggedCallFormat,
): ToolParserDefinition {
  return {
    name,
    models,
    specialTokens: 'kept',
    markers: () => markersOf(format),
    requiredTokens: () => [],
    readsWithoutTools: true,
    forcedCalls: 'json',
    create: ({ tools }) => new TaggedCallParser(format, tools),
  };
}
