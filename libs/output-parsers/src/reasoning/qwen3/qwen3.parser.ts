import { thinkBlock } from '../think-block/think-block.js';
import type { ThinkBlockFamily } from '../think-block/think-block.js';
import { unlessDisabled } from '../thinking-switch.js';

/** Thoughts as Qwen 3 marks them; other families took them over, turns, tool calls and all. */
export const qwen3Family: ThinkBlockFamily = {
  name: 'qwen3',
  models: [/qwen3/i],
  reader: 'engine',
  toolCalls: ['<tool_call>'],
  turns: ['<|im_start|>'],
  thinks: unlessDisabled,
  keepsThoughtEnd: true,
};

/** Qwen 3: thinks unless the prompt closed the block or `enable_thinking` is false; a tool call ends the thought (chat-inputs-and-parsers.md §5). */
export const qwen3 = thinkBlock(qwen3Family);
