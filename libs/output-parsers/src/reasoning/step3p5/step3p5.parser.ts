import { qwen3Family } from '../qwen3/qwen3.parser.js';
import { thinkBlock } from '../think-block/think-block.js';

/** Step 3.5: as Qwen 3, but always thinks (chat-inputs-and-parsers.md §5). */
export const step3p5 = thinkBlock({
  ...qwen3Family,
  name: 'step3p5',
  models: [/step-?3\.5/i],
  thinks: () => true,
  keepsThoughtEnd: false,
});
