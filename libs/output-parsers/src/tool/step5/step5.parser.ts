import { qwen3CoderFormat, toQwen3CoderDefinition } from '../qwen3-coder/qwen3-coder.parser.js';
import { qwen3CoderStructuralTag } from '../qwen3-coder/qwen3-coder.structural-tag.js';
import type { ToolParserDefinition } from '../tool-parser.js';

/** Step 5: Qwen 3 Coder's tags, between text that keeps its white space (chat-inputs-and-parsers.md §4.1). */
export const step5: ToolParserDefinition = {
  ...toQwen3CoderDefinition('step5', [/step-?5/i], { ...qwen3CoderFormat, text: 'kept' }),
  structuralTag: qwen3CoderStructuralTag,
};
