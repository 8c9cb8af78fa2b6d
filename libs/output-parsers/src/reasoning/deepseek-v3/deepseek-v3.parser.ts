import { unlessSwitchedOff, whenSwitchedOn } from '../thinking-switch.js';
import { thinkBlock } from '../think-block/think-block.js';

/** DeepSeek V3.1 and V3.2: thinks on request (chat-inputs-and-parsers.md §5). */
export const deepseekV3 = thinkBlock({
  name: 'deepseek_v3',
  models: [/deepseek-v3/i],
  reader: 'base',
  thinks: whenSwitchedOn,
});

/** Holo 2: the same, but thinks unless it is told not to. */
export const holo2 = thinkBlock({ name: 'holo2', models: [/holo-?2/i], reader: 'base', thinks: unlessSwitchedOff });
