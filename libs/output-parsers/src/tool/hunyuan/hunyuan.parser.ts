import type { ParserModel } from '../../parser-model.js';
import { markersOf, TaggedCallParser } from '../../reading/tagged-call.parser.js';
import type { TaggedCallFormat } from '../../reading/tagged-call.parser.js';
import { tokenSuffix } from '../../reading/token-suffix.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { hunyuanFormat } from './hunyuan.format.js';
import { hyV4StructuralTag } from './hy-v4.structural-tag.js';

/** Tencent's Hunyuan 3: `<tool_sep>` behind the name (chat-inputs-and-parsers.md §4.2). */
export const hyV3 = toDefinition('hy_v3', [/hy-?3/i], (model) => {
  const suffix = tokenSuffix(model);
  return { ...hunyuanFormat(suffix), nameEnd: `<tool_sep${suffix}>`, emptyCall: 'dropped' };
});

/** Hunyuan 4, whose markers end differently in every checkpoint (§4.2). */
export const hyV4: ToolParserDefinition = {
  ...toDefinition('hy_v4', [/hy-?4/i], (model) => hunyuanFormat(tokenSuffix(model))),
  forcedCalls: 'own-format',
  structuralTag: (constraint) => hyV4StructuralTag(constraint, tokenSuffix(constraint.model)),
};

function toDefinition(
  name: string,
  models: readonly RegExp[],
  formatOf: (model: ParserModel) => TaggedCallFormat,
): ToolParserDefinition {
  return {
    name,
    models,
    specialTokens: 'as-requested',
    markers: (model) => markersOf(formatOf(model)),
    requiredTokens: (model) => {
      const { group } = formatOf(model);
      return group ? [group.open, group.close] : [];
    },
    readsWithoutTools: false,
    forcedCalls: 'json',
    create: ({ tools, model }) => new TaggedCallParser(formatOf(model), tools),
  };
}
