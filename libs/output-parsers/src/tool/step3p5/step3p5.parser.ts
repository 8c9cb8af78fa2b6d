import { qwen3CoderFormat, toQwen3CoderDefinition } from '../qwen3-coder/qwen3-coder.parser.js';
import { qwen3CoderStructuralTag } from '../qwen3-coder/qwen3-coder.structural-tag.js';
import type { ToolParserDefinition } from '../tool-parser.js';

/** Step 3.5 writes calls like Qwen 3 Coder (chat-inputs-and-parsers.md §4.1). */
export const step3p5: ToolParserDefinition = {
  ...toQwen3CoderDefinition('step3p5', [/step-?3[.p][57]/i], qwen3CoderFormat),
  structuralTag: qwen3CoderStructuralTag,
};
