import { unlessSwitchedOff } from '../thinking-switch.js';
import { thinkBlock } from '../think-block/think-block.js';
import type { ThinkBlockFamily } from '../think-block/think-block.js';

const family: ThinkBlockFamily = {
  name: 'deepseek_v4',
  models: [/deepseek-v4/i],
  reader: 'engine',
  toolCalls: ['<｜DSML｜tool_calls>', '<｜DSML｜toolcalls>', '<｜DSML｜tool>'],
  toolCallsEndPrompts: false,
  thinks: (kwargs) => kwargs.reasoning_effort !== 'none' && unlessSwitchedOff(kwargs),
  mayThinkUnasked: true,
};

/** DeepSeek V4: thinks unless it is told not to (chat-inputs-and-parsers.md §5). */
export const deepseekV4 = thinkBlock(family);

/** DeepSeek V4.1: other markers of tool calls. */
export const deepseekV41 = thinkBlock({
  ...family,
  name: 'deepseek_v41',
  models: [/deepseek-v4\.1/i],
  toolCalls: ['<｜DSML｜ calls>'],
});
