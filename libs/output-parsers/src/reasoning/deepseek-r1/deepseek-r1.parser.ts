import { thinkBlock } from '../think-block/think-block.js';

/** DeepSeek R1 and its distillations: all is thought until the end marker (chat-inputs-and-parsers.md §5). */
export const deepseekR1 = thinkBlock({ name: 'deepseek_r1', models: [/deepseek-r1/i], reader: 'base' });

export const step5 = { ...deepseekR1, name: 'step5', models: [/step-?5/i] };
