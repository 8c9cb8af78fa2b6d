import { AnswerFrame } from '../answer-frame.js';
import { thinkBlock } from '../think-block/think-block.js';

/** ERNIE 4.5 Thinking: a thought, then content that may stand in a frame of its own (chat-inputs-and-parsers.md §5). */
export const ernie45 = thinkBlock({
  name: 'ernie45',
  models: [/ernie-4\.5.*thinking/i],
  reader: 'base',
  wrap: (parser) => new AnswerFrame(parser, { open: '<response>', close: '</response>' }),
});
