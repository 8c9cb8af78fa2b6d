import { qwen3Family } from '../qwen3/qwen3.parser.js';
import { thinkBlock } from '../think-block/think-block.js';
import { unlessDisabled } from '../thinking-switch.js';
import { CleanedAnswer } from './cleaned-answer.js';

/**
 * MiniCPM-V: marks like Qwen 3, newlines written as escapes, and tokens that are no text (chat-inputs-and-parsers.md §5). Told not to think, it may still
 * begin with a thought, which is dropped.
 */
export const minicpmv = thinkBlock({
  ...qwen3Family,
  name: 'minicpmv',
  models: [/minicpm-?v/i],
  turns: [],
  mayThinkUnasked: true,
  wrap: (parser, { templateKwargs, framed }) =>
    new CleanedAnswer(parser, { dropsThought: !unlessDisabled(templateKwargs), keepsCalls: framed }),
});
