import { thinkBlock } from '../think-block/think-block.js';

/** MiniMax M3: content until it opens a thought, unless the prompt did that (chat-inputs-and-parsers.md §5). */
export const minimaxM3 = thinkBlock({
  name: 'minimax_m3',
  models: [/minimax-m3/i],
  reader: 'base',
  start: '<mm:think>',
  end: '</mm:think>',
  unopened: ({ thinking_mode }) => (thinking_mode === 'enabled' ? 'thought' : 'undecided'),
});
