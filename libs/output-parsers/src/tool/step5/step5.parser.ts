import { qwen3CoderFormat, toQwen3CoderDefinition } from '../qwen3-coder/qwen3-coder.parser.js';

/** Step 5: Qwen 3 Coder's tags, between text that keeps its white space (chat-inputs-and-parsers.md §4.1). */
export const step5 = toQwen3CoderDefinition('step5', [/step-?5/i], { ...qwen3CoderFormat, text: 'kept' });
