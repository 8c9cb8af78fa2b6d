import { qwen3CoderFormat, toQwen3CoderDefinition } from '../qwen3-coder/qwen3-coder.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { mimoStructuralTag } from './mimo.structural-tag.js';

/** Xiaomi's MiMo: Qwen 3 Coder's tags, every value as it stands (chat-inputs-and-parsers.md §4.1). */
export const mimo: ToolParserDefinition = {
  ...toQwen3CoderDefinition('mimo', [/mimo/i], { ...qwen3CoderFormat, trimsNewlines: false }),
  structuralTag: mimoStructuralTag,
};
