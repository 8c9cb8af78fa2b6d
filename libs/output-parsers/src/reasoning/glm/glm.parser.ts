import { unlessSwitchedOff } from '../thinking-switch.js';
import { thinkBlock } from '../think-block/think-block.js';

/** GLM 4.5 to 5: thinks unless it is told not to; a tool call ends the thought (chat-inputs-and-parsers.md §5). */
export const glm45 = thinkBlock({
  name: 'glm45',
  models: [/glm-?4\.[56]/i],
  reader: 'engine',
  toolCalls: ['<tool_call>'],
  turns: ['<|system|>', '<|user|>', '<|assistant|>', '<|observation|>'],
  thinks: unlessSwitchedOff,
  // The templates of GLM 5.3 have no switch: they always open a thought.
  believesPrompt: true,
});

export const glm47 = { ...glm45, name: 'glm47', models: [/glm-?(4\.7|5)/i] };

/** Ling 3: marks its thoughts and turns like GLM. */
export const ling3 = { ...glm45, name: 'ling3', models: [/(ling|ring)-3/i] };
