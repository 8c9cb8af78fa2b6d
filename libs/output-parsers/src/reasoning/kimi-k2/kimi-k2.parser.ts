import { unlessSwitchedOff } from '../thinking-switch.js';
import { thinkBlock } from '../think-block/think-block.js';

/** Kimi K2 Thinking and K2.5: thinks unless it is told not to (chat-inputs-and-parsers.md §5). */
export const kimiK2 = thinkBlock({
  name: 'kimi_k2',
  models: [/kimi-k2/i],
  reader: 'engine',
  toolCalls: ['<|tool_calls_section_begin|>'],
  thinks: unlessSwitchedOff,
});
